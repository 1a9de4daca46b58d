package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.google.gson.Gson;

/// A function that is improved while clients ask it: how long that takes, and what is left for them. Three of four of
/// its examples are wrong and are corrected, so the candidate is measured to the end, and serves.
final class Improving implements Part {

    private static final Gson JSON = new Gson();

    private static final int CLIENTS = 8;
    private static final int FIRST = 24;
    private static final int MORE = 40;
    private static final int EXAMPLES = FIRST + MORE;
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

        private String text() {
            return name().toLowerCase(Locale.ROOT);
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
        // Most examples are wrong, so the first answer may wait for a tuning.
        ask(client, name);
        try (var clients = Repeatedly.start(
                Duration.ZERO,
                Stream.<Repeatedly.Act>generate(() -> () -> ask(client, name))
                        .limit(CLIENTS)
                        .toList())) {
            Machine.sleep(WARM_UP);
            var alone = rate(clients, () -> Machine.sleep(ALONE));
            var start = System.nanoTime();
            var beside = rate(clients, () -> improve(client, name));
            return new Round((System.nanoTime() - start) / 1e9, alone, beside);
        }
    }

    private void ask(Client client, String name) {
        client.ask("/generate", Map.of("task", Map.of("function", name), "inputs", List.of(message(Label.PARCEL))));
    }

    private String message(Label label) {
        return label.message.formatted(number.incrementAndGet());
    }

    private static Map<String, String> pair(String message, Label label) {
        return Map.of("input", message, "output", label.text());
    }

    private void define(Client client, String name) {
        var labels = Label.values();
        var examples = new ArrayList<Map<String, String>>();
        var corrections = new ArrayList<Map<String, String>>();
        for (var i = 0; i < EXAMPLES; i++) {
            var label = labels[i % labels.length];
            var right = pair(message(label), label);
            var isWrong = i < FIRST && i % 4 != 0;
            if (i < FIRST) {
                examples.add(isWrong ? pair(right.get("input"), labels[(i + 1) % labels.length]) : right);
            }
            if (isWrong || i >= FIRST) {
                corrections.add(right);
            }
        }
        client.define(
                name,
                Map.of(
                        "task", Map.of("description", "What is the message about?", "examples", examples),
                        "labels", Stream.of(labels).map(Label::text).toList()));
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
