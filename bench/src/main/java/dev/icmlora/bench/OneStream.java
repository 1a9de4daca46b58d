package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import com.google.gson.Gson;
import com.google.gson.JsonArray;

/// Tokens a second of one client's stream, against llama-bench, which neither samples nor serves.
final class OneStream implements Part {

    private static final int TOKENS = 64;
    private static final String OFF = "one stream, adapter off, of llama-bench tg";
    private static final String ON = "one stream, adapter on, of llama-bench tg";
    private static final String SERVER = "one stream of llama-server, of llama-bench tg";

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
        var bench = new ArrayList<Double>();
        var off = new ArrayList<Double>();
        var on = new ArrayList<Double>();
        var server = new ArrayList<Double>();
        try (var ours = Server.ours(machine);
                var client = new Client(ours)) {
            var adapter = client.adapter(Tasks.withExamples(2));
            for (var round = 0; round < machine.warmUps() + machine.rounds(); round++) {
                var tg = llamaBench(program.get(), machine);
                machine.settle();
                var base = client.write(Tasks.prompt(2 * round), TOKENS, NewTask.base(client));
                var adapted = client.write(Tasks.prompt(2 * round + 1), TOKENS, Map.of("model", adapter));
                if (round >= machine.warmUps()) {
                    bench.add(tg);
                    off.add(base.tokensPerSecond());
                    on.add(adapted.tokensPerSecond());
                }
            }
        }
        machine.peer("llama-server").ifPresent(peer -> server.addAll(llamaServer(machine, peer)));
        var rows = new ArrayList<Row>();
        rows.add(Row.atLeast(OFF, ratio(off, bench), 0.97, "x", detail(off, bench)));
        rows.add(Row.atLeast(ON, ratio(on, bench), 0.93, "x", detail(on, bench)));
        if (!server.isEmpty()) {
            var measured = String.format(Locale.ROOT, "%.2f x", ratio(server, bench));
            rows.add(new Row(SERVER, measured, "", Optional.empty(), detail(server, bench)));
        }
        return rows;
    }

    private static double ratio(List<Double> values, List<Double> bench) {
        return new Runs(values).dividedBy(new Runs(bench)).median();
    }

    private static String detail(List<Double> values, List<Double> bench) {
        return new Runs(values).text() + " against " + new Runs(bench).text() + " tokens/s";
    }

    /// Tokens a second of the same client's stream from llama-server.
    private static List<Double> llamaServer(Machine machine, Path program) {
        var speeds = new ArrayList<Double>();
        try (var theirs = Server.llamaServer(machine, program, List.of());
                var peer = new Client(theirs)) {
            for (var round = 0; round < machine.warmUps() + machine.rounds(); round++) {
                machine.settle();
                var written = peer.write(Tasks.prompt(2 * round), TOKENS, Map.of());
                if (round >= machine.warmUps()) {
                    speeds.add(written.tokensPerSecond());
                }
            }
        }
        return speeds;
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
