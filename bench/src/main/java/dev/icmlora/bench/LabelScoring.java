package dev.icmlora.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// What it costs to score ten labels, against writing one answer of the same length: whole requests, their prompts
/// included.
final class LabelScoring implements Part {

    private static final List<String> LABELS = List.of(
            "billing and payment",
            "shipping and delivery",
            "returns and refunds",
            "technical support",
            "account and password",
            "product information",
            "complaint about staff",
            "praise and thanks",
            "cancel the order",
            "something else entirely");
    private static final List<Integer> INPUTS = List.of(1, 16);
    /// One request is short: other threads that take a processor now and then must not decide.
    private static final int TIMES_ROUNDS = 3;

    private int asked;

    @Override
    public String name() {
        return "labels";
    }

    /// @param tokens of an answer
    private record Taken(double millis, double tokens) {}

    @Override
    public List<Row> measure(Machine machine) {
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            return INPUTS.stream().map(inputs -> row(machine, client, inputs)).toList();
        }
    }

    private Row row(Machine machine, Client client, int inputs) {
        var scored = new ArrayList<Double>();
        var written = new ArrayList<Double>();
        var tokens = new ArrayList<Double>();
        for (var round = 0; round < machine.warmUps() + TIMES_ROUNDS * machine.rounds(); round++) {
            var labels = ask(client, inputs, "labels", LABELS);
            var greedy = ask(client, inputs, "max_tokens", (int) Math.ceil(labels.tokens()));
            if (round >= machine.warmUps()) {
                scored.add(labels.millis());
                written.add(greedy.millis());
                tokens.add(greedy.tokens());
            }
        }
        var labels = new Runs(scored);
        var greedy = new Runs(written);
        return Row.atMost(
                "ten labels, of a greedy answer as long, " + (inputs == 1 ? "one input" : inputs + " inputs"),
                labels.dividedBy(greedy).median(),
                1.3,
                "x",
                String.format(
                        Locale.ROOT,
                        "%s against %s ms for %.1f tokens each",
                        labels.text(),
                        greedy.text(),
                        new Runs(tokens).median()));
    }

    private Taken ask(Client client, int inputs, String field, Object value) {
        var body = new TreeMap<String, Object>(Map.of(
                "task",
                Map.of("description", "What is the message about?"),
                "inputs",
                // No two are alike.
                IntStream.range(0, inputs)
                        .mapToObj(i -> "Parcel " + (asked + i) + " never came, and nobody answers the telephone.")
                        .toList(),
                "mode",
                "plain"));
        body.put(field, value);
        asked += inputs;
        var start = System.nanoTime();
        var reply = client.ask("/generate", body);
        var millis = (System.nanoTime() - start) / 1e6;
        var tokens = reply.getAsJsonObject("usage").get("completion_tokens").getAsDouble();
        return new Taken(millis, tokens / inputs);
    }
}
