package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// Eight clients at once, with one adapter and with eight, against llama-server, which has adapters of the same shape
/// loaded from files, of eight other tasks. Each of our eight tasks is new: its adapter is made within the request.
final class Crowds implements Part {

    private static final int CLIENTS = 8;
    private static final int TOKENS = 64;
    private static final String SAME = "8 clients, one adapter: tokens/s, of llama-server's";
    private static final String OWN = "8 clients, 8 new adapters: tokens/s, of llama-server's";
    private static final String FIRST = "8 clients, 8 new adapters: mean time to first token, of llama-server's";

    @Override
    public List<Row> measure(Machine machine) {
        var program = machine.peer("llama-server");
        if (program.isEmpty()) {
            var why = "no workshop/bench/peers/build/bin/llama-server";
            return List.of(
                    Row.skipped(SAME, "≥ 0.95 x", why),
                    Row.skipped(OWN, "≥ 1.10 x", why),
                    Row.skipped(FIRST, "≤ 0.50 x", why));
        }
        var files = adapterFiles(machine);
        var same = new ArrayList<Round>();
        var own = new ArrayList<Round>();
        try (var ours = Server.ours(machine);
                var theirs = Server.llamaServer(machine, program.get(), files);
                var client = new Client(ours);
                var peer = new Client(theirs)) {
            var adapter = client.adapter(Tasks.withExamples(2));
            var base = client.baseModel();
            for (var round = 0; round < machine.warmUps() + machine.rounds(); round++) {
                var first = CLIENTS * 100 * (round + 1);
                var tasks = IntStream.range(0, CLIENTS)
                        .mapToObj(i -> Map.of("model", base, "task", Tasks.withExamples(2)))
                        .toList();
                var withOne = new Round(
                        ask(machine, i -> client.write(Tasks.prompt(first + i), TOKENS, Map.of("model", adapter))),
                        ask(machine, i -> peer.write(Tasks.prompt(first + i), TOKENS, lora(0))));
                var withOwn = new Round(
                        ask(machine, i -> client.write(Tasks.prompt(first + 50 + i), TOKENS, tasks.get(i))),
                        ask(machine, i -> peer.write(Tasks.prompt(first + 50 + i), TOKENS, lora(i))));
                if (round >= machine.warmUps()) {
                    same.add(withOne);
                    own.add(withOwn);
                }
            }
        }
        return List.of(
                row(SAME, same, 0.95),
                row(OWN, own, 1.1),
                Row.atMost(
                        FIRST,
                        Round.ratio(own, Crowd.Result::firstMillis),
                        0.5,
                        "x",
                        Round.text(own, Crowd.Result::firstMillis, "ms")));
    }

    private static Row row(String what, List<Round> rounds, double least) {
        return Row.atLeast(
                what,
                Round.ratio(rounds, Crowd.Result::tokensPerSecond),
                least,
                "x",
                Round.text(rounds, Crowd.Result::tokensPerSecond, "tokens/s"));
    }

    private static Crowd.Result ask(Machine machine, IntFunction<Client.Written> request) {
        machine.settle();
        return Crowd.ask(CLIENTS, request);
    }

    private static Map<String, Object> lora(int index) {
        return Map.of("lora", List.of(Map.of("id", index, "scale", 1)));
    }

    /// Adapters that an instance of the function made, as files.
    private static List<Path> adapterFiles(Machine machine) {
        var directory = machine.root().resolve("workshop/bench/target/adapters");
        var files = new ArrayList<Path>();
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            Files.createDirectories(directory);
            for (var i = 0; i < CLIENTS; i++) {
                var id = client.adapter(Tasks.withExamples(2));
                var file = directory.resolve(i + ".gguf");
                Files.write(file, client.get("/adapters/" + id, "application/x-gguf"));
                files.add(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /// The same prompts for the function and for llama-server.
    private record Round(Crowd.Result ours, Crowd.Result theirs) {

        private static Runs ours(List<Round> rounds, ToDoubleFunction<Crowd.Result> figure) {
            return new Runs(rounds.stream()
                    .map(round -> figure.applyAsDouble(round.ours))
                    .toList());
        }

        private static Runs theirs(List<Round> rounds, ToDoubleFunction<Crowd.Result> figure) {
            return new Runs(rounds.stream()
                    .map(round -> figure.applyAsDouble(round.theirs))
                    .toList());
        }

        static double ratio(List<Round> rounds, ToDoubleFunction<Crowd.Result> figure) {
            return ours(rounds, figure).dividedBy(theirs(rounds, figure)).median();
        }

        static String text(List<Round> rounds, ToDoubleFunction<Crowd.Result> figure, String unit) {
            return ours(rounds, figure).text() + " against "
                    + theirs(rounds, figure).text() + " " + unit;
        }
    }
}
