package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.google.gson.Gson;

/// A function that is improved while clients ask it: how long that takes, and what is left for them. It knows two of
/// its three labels, and corrections bring the third, so the candidate is measured to the end, and serves.
final class Improving implements Part {

    private static final Gson JSON = new Gson();

    private static final int CLIENTS = 8;
    private static final int OF_LABEL = 12;
    private static final int CORRECTIONS = 40;
    private static final int EXAMPLES = 2 * OF_LABEL + CORRECTIONS;
    private static final Duration ALONE = Duration.ofSeconds(10);
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private enum Label {
        PARCEL("Where is parcel %d? It was to come on Friday."),
        INVOICE("There is a mistake in the invoice with number %d."),
        ACCOUNT("Please close my account, customer number %d.");

        private final String message;

        Label(String message) {
            this.message = message;
        }

        private Map<String, String> example(int number) {
            return Map.of("input", message.formatted(number), "output", name().toLowerCase(Locale.ROOT));
        }
    }

    private final AtomicInteger number = new AtomicInteger();

    /// @param seconds that it took
    /// @param alone answers a second before
    /// @param beside answers a second meanwhile
    private record Round(double seconds, double alone, double beside) {}

    @Override
    public List<Row> measure(Machine machine) {
        var bucket = Machine.emptied(machine.root().resolve("workshop/bench/target/improving"));
        var settings = Map.of("ICM_LORA_STORAGE_BUCKET", "file:" + bucket, "ICM_LORA_REQUEST_TIMEOUT", "300s");
        var rounds = new ArrayList<Round>();
        try (var server = Server.withFixedHeap(machine, settings);
                var client = new Client(server)) {
            for (var round = -1; round < machine.rounds(); round++) {
                var measured = round(client, "improved" + (round + 1));
                if (round >= 0) {
                    rounds.add(measured);
                }
            }
        }
        var seconds = new Runs(rounds.stream().map(Round::seconds).toList());
        var alone = new Runs(rounds.stream().map(Round::alone).toList());
        var beside = new Runs(rounds.stream().map(Round::beside).toList());
        return List.of(
                Row.atMost(
                        "an improvement with %d examples while %d clients are served".formatted(EXAMPLES, CLIENTS),
                        seconds.median(),
                        30,
                        "s",
                        seconds.text() + " s"),
                Row.atLeast(
                        "%d clients while a function is improved, of their answers/s without it".formatted(CLIENTS),
                        beside.dividedBy(alone).median(),
                        0.7,
                        "x",
                        text("%s against %s answers/s", beside.text(), alone.text())));
    }

    private Round round(Client client, String name) {
        define(client, name);
        Repeatedly.Act act = () -> client.ask(
                "/generate",
                Map.of(
                        "task",
                        Map.of("function", name),
                        "inputs",
                        List.of(next(Label.PARCEL).get("input"))));
        try (var clients = Repeatedly.start(
                Duration.ZERO, Stream.generate(() -> act).limit(CLIENTS).toList())) {
            Machine.sleep(WARM_UP);
            var alone = rate(clients, () -> Machine.sleep(ALONE));
            var start = System.nanoTime();
            var beside = rate(clients, () -> improve(client, name));
            return new Round((System.nanoTime() - start) / 1e9, alone, beside);
        }
    }

    private Map<String, String> next(Label label) {
        return label.example(number.incrementAndGet());
    }

    private List<Map<String, String>> next(int count, Label... labels) {
        return IntStream.range(0, count)
                .mapToObj(i -> next(labels[i % labels.length]))
                .toList();
    }

    private void define(Client client, String name) {
        var known = next(2 * OF_LABEL, Label.PARCEL, Label.INVOICE);
        client.define(
                name,
                Map.of(
                        "task", Map.of("description", "What is the message about?", "examples", known),
                        "labels", List.of("parcel", "invoice", "account")));
        var corrections = next(CORRECTIONS, Label.ACCOUNT, Label.PARCEL, Label.ACCOUNT, Label.INVOICE);
        client.ask("/functions/" + name + "/feedback", JSON.toJson(corrections));
    }

    /// @throws IllegalStateException if the candidate was not measured to the end
    private static void improve(Client client, String name) {
        var improvement = client.ask("/functions/" + name + "/improve", Map.of());
        if (!improvement.has("version")) {
            throw new IllegalStateException("the candidate does not serve: " + improvement);
        }
    }

    /// @return acts a second while something is done
    private static double rate(Repeatedly acts, Runnable work) {
        var before = acts.done();
        var start = System.nanoTime();
        work.run();
        return (acts.done() - before) / ((System.nanoTime() - start) / 1e9);
    }
}
