package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

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
    private static final String SERVER = "one stream of llama-server, of llama-bench tg";

    @Override
    public List<Row> measure(Machine machine) {
        var program = machine.peer("llama-bench");
        if (program.isEmpty()) {
            var why = "no workshop/bench/peers/build/bin/llama-bench";
            return List.of(
                    Row.skipped(OFF, "≥ 0.97 x", why), Row.skipped(ON, "≥ 0.93 x", why), Row.skipped(SERVER, "", why));
        }
        var bench = new ArrayList<Double>();
        var off = new ArrayList<Double>();
        var on = new ArrayList<Double>();
        var server = new ArrayList<Double>();
        try (var ours = Server.ours(machine);
                var client = new Client(ours);
                var theirs = machine.peer("llama-server")
                        .map(path -> Server.llamaServer(machine, path, List.of()))
                        .orElse(null);
                var peer = theirs == null ? null : new Client(theirs)) {
            var adapter = client.adapter(Tasks.withExamples(2));
            for (var round = 0; round < machine.warmUps() + machine.rounds(); round++) {
                var counts = round >= machine.warmUps();
                machine.settle();
                var tg = llamaBench(program.get(), machine);
                machine.settle();
                var base = client.write(Tasks.prompt(2 * round), TOKENS, NewTask.base(client));
                var adapted = client.write(Tasks.prompt(2 * round + 1), TOKENS, Map.of("model", adapter));
                if (counts) {
                    bench.add(tg);
                    off.add(base.tokensPerSecond());
                    on.add(adapted.tokensPerSecond());
                }
                if (peer != null) {
                    machine.settle();
                    var written = peer.write(Tasks.prompt(2 * round), TOKENS, Map.of());
                    if (counts) {
                        server.add(written.tokensPerSecond());
                    }
                }
            }
        }
        var rows = new ArrayList<Row>();
        rows.add(Row.atLeast(OFF, ratio(off, bench), 0.97, "x", detail(off, bench)));
        rows.add(Row.atLeast(ON, ratio(on, bench), 0.93, "x", detail(on, bench)));
        if (server.isEmpty()) {
            rows.add(Row.skipped(SERVER, "", "no workshop/bench/peers/build/bin/llama-server"));
        } else {
            rows.add(Row.figure(SERVER, text("%.2f x", ratio(server, bench)), detail(server, bench)));
        }
        return rows;
    }

    private static double ratio(List<Double> values, List<Double> bench) {
        return new Runs(values).dividedBy(new Runs(bench)).median();
    }

    private static String detail(List<Double> values, List<Double> bench) {
        return new Runs(values).text() + " against " + new Runs(bench).text() + " tokens/s";
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
