package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.google.gson.Gson;
import com.google.gson.JsonArray;

/// Tokens a second of one client's stream, against llama-bench, which neither samples nor serves.
final class OneStream implements Part {

    private static final int TOKENS = 64;
    private static final String OFF = "one stream, adapter off, of llama-bench tg";
    private static final String ON = "one stream, adapter on, of llama-bench tg";

    @Override
    public String name() {
        return "one-stream";
    }

    @Override
    public List<Row> measure(Machine machine) {
        var program = machine.peer("llama-bench");
        if (program.isEmpty()) {
            return List.of(
                    Row.skipped(OFF, "≥ 0.97 x", "no bench/peers/build/bin/llama-bench"),
                    Row.skipped(ON, "≥ 0.93 x", "no bench/peers/build/bin/llama-bench"));
        }
        var peer = new ArrayList<Double>();
        var off = new ArrayList<Double>();
        var on = new ArrayList<Double>();
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            var adapter = client.adapter(Tasks.withExamples(2));
            for (var round = 0; round <= machine.rounds(); round++) {
                var tg = llamaBench(program.get(), machine);
                var base = client.write(Tasks.prompt(2 * round), TOKENS, NewTask.base(client));
                var adapted = client.write(Tasks.prompt(2 * round + 1), TOKENS, Map.of("model", adapter));
                if (round > 0) { // the first warms up
                    peer.add(tg);
                    off.add(base.tokensPerSecond());
                    on.add(adapted.tokensPerSecond());
                }
            }
        }
        var bench = new Runs(peer);
        return List.of(
                Row.atLeast(
                        OFF,
                        new Runs(off).dividedBy(bench).median(),
                        0.97,
                        "x",
                        new Runs(off).text() + " against " + bench.text() + " tokens/s"),
                Row.atLeast(
                        ON,
                        new Runs(on).dividedBy(bench).median(),
                        0.93,
                        "x",
                        new Runs(on).text() + " against " + bench.text() + " tokens/s"));
    }

    private static double llamaBench(Path program, Machine machine) {
        try {
            var process = new ProcessBuilder(
                            program.toString(),
                            "--model",
                            machine.model().toString(),
                            "--n-prompt",
                            "0",
                            "--n-gen",
                            Integer.toString(TOKENS),
                            "--threads",
                            Integer.toString(machine.threads()),
                            "--repetitions",
                            "1",
                            "--output",
                            "json")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("llama-bench failed: " + output);
            }
            var results = new Gson().fromJson(output, JsonArray.class);
            return results.get(0).getAsJsonObject().get("avg_ts").getAsDouble();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
