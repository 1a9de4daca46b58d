package dev.icmlora.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// What it costs to score ten labels, against writing one answer of the same length: whole requests, their
/// prompts included. By the base model and by an adapter that is tuned on ten examples, with labels that differ
/// in their first token, of which nothing is read; and by the base model with labels of which the beginnings
/// must be read.
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
    private static final List<String> ALIKE = List.of(
            "a question about billing",
            "a question about shipping",
            "a question about returns",
            "a question about the product",
            "a complaint about billing",
            "a complaint about shipping",
            "a complaint about staff",
            "a wish to cancel the order",
            "a wish to return the order",
            "something else entirely");
    private static final List<String> MESSAGES = List.of(
            "Why was my card charged twice?",
            "My parcel has been in the same town for a week.",
            "I want my money back for the broken lamp.",
            "The app closes when I press the button.",
            "I cannot sign in any more.",
            "Is the table made of oak?",
            "The man at the counter was rude to me.",
            "Your team did a wonderful job!",
            "Please stop the order that I made today.",
            "Do you know a good place for lunch?");
    private static final String DESCRIPTION = "What is the message about?";
    private static final List<Way> WAYS = List.of(
            new Way("base model", "plain", Map.of("description", DESCRIPTION), LABELS),
            new Way("base model, labels that begin alike", "plain", Map.of("description", DESCRIPTION), ALIKE),
            new Way(
                    "tuned",
                    "tuned",
                    Map.of(
                            "description",
                            DESCRIPTION,
                            "examples",
                            IntStream.range(0, LABELS.size())
                                    .mapToObj(i -> Map.of("input", MESSAGES.get(i), "output", LABELS.get(i)))
                                    .toList()),
                    LABELS));
    private static final List<Integer> INPUTS = List.of(1, 16);
    /// One request is short: other threads that take a processor now and then must not decide.
    private static final int TIMES_ROUNDS = 3;

    private int asked;

    @Override
    public String name() {
        return "labels";
    }

    /// How the labels are served.
    ///
    /// @param name in the report
    private record Way(String name, String mode, Map<String, Object> task, List<String> labels) {}

    /// @param tokens of an answer
    private record Taken(double millis, double tokens) {}

    @Override
    public List<Row> measure(Machine machine) {
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            return WAYS.stream()
                    .flatMap(way -> INPUTS.stream().map(inputs -> row(machine, client, way, inputs)))
                    .toList();
        }
    }

    private Row row(Machine machine, Client client, Way way, int inputs) {
        var scored = new ArrayList<Double>();
        var written = new ArrayList<Double>();
        var tokens = new ArrayList<Double>();
        for (var round = 0; round < machine.warmUps() + TIMES_ROUNDS * machine.rounds(); round++) {
            var labels = ask(client, way, inputs, "labels", way.labels);
            var greedy = ask(client, way, inputs, "max_tokens", (int) Math.ceil(labels.tokens()));
            if (round >= machine.warmUps()) {
                scored.add(labels.millis());
                written.add(greedy.millis());
                tokens.add(greedy.tokens());
            }
        }
        var labels = new Runs(scored);
        var greedy = new Runs(written);
        return Row.atMost(
                "ten labels, of a greedy answer as long, " + way.name + ", "
                        + (inputs == 1 ? "one input" : inputs + " inputs"),
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

    private Taken ask(Client client, Way way, int inputs, String field, Object value) {
        var body = new TreeMap<String, Object>(Map.of(
                "task",
                way.task,
                "inputs",
                // No two are alike.
                IntStream.range(0, inputs)
                        .mapToObj(i -> "Parcel " + (asked + i) + " never came, and nobody answers the telephone.")
                        .toList(),
                "mode",
                way.mode));
        body.put(field, value);
        asked += inputs;
        var start = System.nanoTime();
        var reply = client.ask("/generate", body);
        var millis = (System.nanoTime() - start) / 1e6;
        var tokens = reply.getAsJsonObject("usage").get("completion_tokens").getAsDouble();
        return new Taken(millis, tokens / inputs);
    }
}
