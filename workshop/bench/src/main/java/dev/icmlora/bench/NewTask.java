package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonObject;

/// Measures what making an adapter adds to a request, against the same request without one: 64 tokens, five examples.
final class NewTask implements Part {

    private static final int TOKENS = 64;
    /// More than elsewhere: some milliseconds are measured, and three times as many where another thread takes a
    /// processor.
    private static final int TIMES_ROUNDS = 3;

    @Override
    public List<Row> measure(Machine machine) {
        var made = new ArrayList<Double>();
        var fingerprints = new ArrayList<Double>();
        var known = new ArrayList<Double>();
        var without = new ArrayList<Double>();
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            for (var round = 0; round < machine.warmUps() + TIMES_ROUNDS * machine.rounds(); round++) {
                var task = Tasks.withExamples(5);
                var input = Tasks.prompt(round);
                var plain = client.write(task.get("description") + "\n\n" + input, TOKENS, base(client));
                var first = timing(client, task, input);
                var second = timing(client, task, input);
                if (round >= machine.warmUps()) {
                    without.add(plain.millis());
                    fingerprints.add(first.get("fingerprint").getAsDouble());
                    made.add(sum(first, "generate", "apply"));
                    known.add(sum(second, "fingerprint", "generate", "apply"));
                }
            }
        }
        var request = new Runs(without);
        return List.of(
                Row.atMost(
                        "a new task: generate and apply, of the request without adapter",
                        100 * new Runs(made).dividedBy(request).median(),
                        3,
                        "%",
                        compared(made, request)),
                Row.figure(
                        "a new task: its fingerprint, of the request without adapter",
                        text(
                                "%.0f %%",
                                100 * new Runs(fingerprints).dividedBy(request).median()),
                        compared(fingerprints, request)),
                Row.atMost(
                        "a task seen before: all of it, of the request without adapter",
                        100 * new Runs(known).dividedBy(request).median(),
                        1,
                        "%",
                        compared(known, request)));
    }

    private static String compared(List<Double> millis, Runs request) {
        return text("%s ms beside a request of %s ms", new Runs(millis).text(), request.text());
    }

    static Map<String, Object> base(Client client) {
        return Map.of("model", client.baseModel());
    }

    private static JsonObject timing(Client client, Map<String, Object> task, String input) {
        return client.ask(
                        "/generate",
                        Map.of("task", task, "inputs", List.of(input), "mode", "adapter", "max_tokens", TOKENS))
                .getAsJsonObject("timing_ms");
    }

    private static double sum(JsonObject timing, String... phases) {
        return List.of(phases).stream()
                .mapToDouble(phase -> timing.get(phase).getAsDouble())
                .sum();
    }
}
