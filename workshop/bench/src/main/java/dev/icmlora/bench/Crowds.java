package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
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
    public String name() {
        return "crowds";
    }

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
        var same = new Pairs();
        var own = new Pairs();
        try (var ours = Server.ours(machine);
                var theirs = Server.llamaServer(machine, program.get(), files);
                var client = new Client(ours);
                var peer = new Client(theirs)) {
            var adapter = client.adapter(Tasks.withExamples(2));
            for (var round = -machine.warmUps(); round < machine.rounds(); round++) {
                var first = CLIENTS * 100 * (machine.warmUps() + round + 1);
                var keep = round >= 0;
                same.add(
                        keep,
                        ask(machine, i -> client.write(Tasks.prompt(first + i), TOKENS, Map.of("model", adapter))),
                        ask(machine, i -> peer.write(Tasks.prompt(first + i), TOKENS, lora(0))));
                var tasks = IntStream.range(0, CLIENTS)
                        .mapToObj(i -> Tasks.withExamples(2))
                        .toList();
                var base = client.baseModel();
                own.add(
                        keep,
                        ask(
                                machine,
                                i -> client.write(
                                        Tasks.prompt(first + 50 + i),
                                        TOKENS,
                                        Map.of("model", base, "task", tasks.get(i)))),
                        ask(machine, i -> peer.write(Tasks.prompt(first + 50 + i), TOKENS, lora(i))));
            }
        }
        return List.of(
                Row.atLeast(SAME, same.throughput(), 0.95, "x", same.throughputText()),
                Row.atLeast(OWN, own.throughput(), 1.1, "x", own.throughputText()),
                Row.atMost(FIRST, own.first(), 0.5, "x", own.firstText()));
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

    /// Results of ours and theirs, round by round.
    private static final class Pairs {

        private final List<Crowd.Result> ours = new ArrayList<>();
        private final List<Crowd.Result> theirs = new ArrayList<>();

        void add(boolean keep, Crowd.Result our, Crowd.Result their) {
            if (keep) {
                ours.add(our);
                theirs.add(their);
            }
        }

        double throughput() {
            return throughput(ours).dividedBy(throughput(theirs)).median();
        }

        double first() {
            return first(ours).dividedBy(first(theirs)).median();
        }

        String throughputText() {
            return String.format(
                    Locale.ROOT,
                    "%s against %s tokens/s",
                    throughput(ours).text(),
                    throughput(theirs).text());
        }

        String firstText() {
            return String.format(
                    Locale.ROOT,
                    "%s against %s ms",
                    first(ours).text(),
                    first(theirs).text());
        }

        private static Runs throughput(List<Crowd.Result> results) {
            return new Runs(results.stream().map(Crowd.Result::tokensPerSecond).toList());
        }

        private static Runs first(List<Crowd.Result> results) {
            return new Runs(results.stream().map(Crowd.Result::firstMillis).toList());
        }
    }
}
