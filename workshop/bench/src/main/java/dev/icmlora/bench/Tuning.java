package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

import dev.icmlora.bench.micro.TuningStep;

/// Measures the costs of tuning: a step, clients that decode meanwhile, memory, and a new task as a whole.
final class Tuning implements Part {

    private static final int EXAMPLES = 5;
    private static final int STEPS = 6;
    private static final int CLIENTS = 8;
    private static final int TOKENS = 64;
    private static final int INPUTS = 10;
    private static final int TEXTS = 16;
    private static final int ANSWER_TOKENS = 16;
    private static final int LOOKS = 50;
    /// Those who decoded before have warmed the function up.
    private static final int WARM_UPS = 2;
    private static final String BYTES = "icm_lora_tuning_bytes";

    @Override
    public List<Row> measure(Machine machine) {
        var rows = new ArrayList<>(step(machine));
        try (var server = Server.ours(machine);
                var client = new Client(server)) {
            rows.add(crowd(machine, client));
            try (var _ = Crowd.decoding(CLIENTS, client);
                    var _ = tunings(client)) {
                rows.add(Probes.row("8 clients decode and one tunes", client));
                rows.add(memory(machine, client));
            }
            rows.addAll(wholeTasks(machine, client));
        }
        return rows;
    }

    private static List<Row> step(Machine machine) {
        var steps = new ArrayList<Double>();
        var slices = new ArrayList<Double>();
        var prefills = new ArrayList<Double>();
        int tokens;
        try (var both = new TuningStep(machine.threads())) {
            tokens = both.tokens();
            for (var round = -machine.warmUps(); round < machine.rounds(); round++) {
                machine.settle();
                var prefill = both.prefill();
                machine.settle();
                var step = both.step();
                if (round >= 0) {
                    prefills.add(prefill);
                    steps.add(step.millis());
                    slices.add(step.longest());
                }
            }
        }
        var step = new Runs(steps);
        var prefill = new Runs(prefills);
        var slice = new Runs(slices);
        return List.of(
                Row.atMost(
                        "one step on five examples, of llama.cpp's prefill of the same tokens",
                        step.dividedBy(prefill).median(),
                        2.2,
                        "x",
                        "%s against %s ms, %d tokens".formatted(step.text(), prefill.text(), tokens)),
                Row.atMost("longest slice of a step", slice.greatest(), 100, "ms", slice.text() + " ms"));
    }

    private static Repeatedly tunings(Client client) {
        return Repeatedly.start(() -> client.tune(Tasks.withExamples(EXAMPLES), STEPS));
    }

    private static Row crowd(Machine machine, Client client) {
        var adapter = client.adapter(Tasks.withExamples(2));
        var without = new ArrayList<Double>();
        var meanwhile = new ArrayList<Double>();
        var ended = 0;
        for (var round = -WARM_UPS; round < machine.rounds(); round++) {
            var first = 2 * CLIENTS * (WARM_UPS + round);
            machine.settle();
            var alone = decode(client, adapter, first);
            machine.settle();
            try (var tunings = tunings(client)) {
                var before = tunings.done();
                var beside = decode(client, adapter, first + CLIENTS);
                if (round >= 0) {
                    without.add(alone);
                    meanwhile.add(beside);
                    ended += tunings.done() - before;
                }
            }
        }
        var beside = new Runs(meanwhile);
        var alone = new Runs(without);
        return Row.atLeast(
                "8 clients while one tunes, of their tokens/s without it",
                beside.dividedBy(alone).median(),
                0.5,
                "x",
                "%s against %s tokens/s; tunings of %d steps one after the other, of which %d ended meanwhile"
                        .formatted(beside.text(), alone.text(), STEPS, ended));
    }

    /// @return tokens a second
    private static double decode(Client client, String adapter, int first) {
        return Crowd.ask(CLIENTS, i -> client.write(Tasks.prompt(first + i), TOKENS, Map.of("model", adapter)))
                .tokensPerSecond();
    }

    /// The most that was seen while one tunes: what a tuning itself takes comes and goes.
    private static Row memory(Machine machine, Client client) {
        var bytes = IntStream.range(0, LOOKS)
                .mapToDouble(i -> {
                    Server.pause();
                    return client.gauge(BYTES);
                })
                .max()
                .orElseThrow();
        try {
            var file = Files.size(machine.model());
            return Row.atMost(
                    "memory for tuning, of the model file",
                    bytes / file,
                    1.2,
                    "x",
                    text("%.0f of %.0f MB", bytes / 1e6, file / 1e6));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private enum Mode {
        EXAMPLES,
        TUNED,
        AUTO
    }

    private static List<Row> wholeTasks(Machine machine, Client client) {
        var millis = new EnumMap<Mode, List<Double>>(Mode.class);
        var longer = new ArrayList<Double>();
        for (var round = -WARM_UPS; round < machine.rounds(); round++) {
            for (var mode : Mode.values()) {
                var taken = wholeTask(client, mode, WARM_UPS + round);
                if (round >= 0) {
                    millis.computeIfAbsent(mode, _ -> new ArrayList<>()).add(taken);
                }
            }
            var taken = wholeTask(client, Mode.TUNED, Tasks.withTexts(TEXTS), 1, WARM_UPS + round);
            if (round >= 0) {
                longer.add(taken);
            }
        }
        var examples = new Runs(millis.get(Mode.EXAMPLES));
        return List.of(
                wholeTask(Mode.TUNED, new Runs(millis.get(Mode.TUNED)), examples),
                wholeTask(Mode.AUTO, new Runs(millis.get(Mode.AUTO)), examples),
                inTime("a new task of five examples with ten inputs, whole, mode auto", millis.get(Mode.AUTO), 2),
                inTime("a new task of %d texts of 40 tokens, whole, mode tuned".formatted(TEXTS), longer, 5));
    }

    private static Row inTime(String what, List<Double> millis, int seconds) {
        var runs = new Runs(millis);
        return Row.atMost(what, runs.median() / 1000, seconds, "s", runs.text() + " ms");
    }

    private static double wholeTask(Client client, Mode mode, int round) {
        return wholeTask(client, mode, Tasks.withExamples(EXAMPLES), INPUTS, round);
    }

    private static double wholeTask(Client client, Mode mode, Map<String, Object> task, int inputs, int round) {
        var body = Map.of(
                "task",
                task,
                "inputs",
                IntStream.range(0, inputs)
                        .mapToObj(i -> "Please send parcel " + (1000 * round + i) + " to the old mill.")
                        .toList(),
                "mode",
                mode.name().toLowerCase(Locale.ROOT),
                "max_tokens",
                ANSWER_TOKENS);
        var start = System.nanoTime();
        client.ask("/generate", body);
        return (System.nanoTime() - start) / 1e6;
    }

    private static Row wholeTask(Mode mode, Runs millis, Runs examples) {
        return Row.figure(
                "a new task of five examples with ten inputs, whole, mode %s, of mode examples"
                        .formatted(mode.name().toLowerCase(Locale.ROOT)),
                text("%.2f x", millis.dividedBy(examples).median()),
                "%s against %s ms".formatted(millis.text(), examples.text()));
    }
}
