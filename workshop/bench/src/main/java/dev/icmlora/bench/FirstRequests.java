package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/// First requests of tasks as users have them: many examples, of a sentence or two each. One other process takes a
/// processor, and the time limit is the default.
final class FirstRequests implements Part {

    private static final int EXAMPLES = 32;
    private static final int INPUTS = 30;
    private static final List<String> LABELS = List.of("merchants", "pilgrims", "soldiers", "farmers");
    /// Requests of each kind for each round.
    private static final int REQUESTS = 2;

    private final List<Integer> statuses = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();

    @Override
    public List<Row> measure(Machine machine) {
        try (var server = Server.withFixedHeap(machine, Map.of());
                var client = new Client(server);
                var _ = new BusyProcessor()) {
            for (var i = 0; i < REQUESTS * machine.rounds(); i++) {
                ask(client, labels(i));
                ask(client, texts(i));
            }
        }
        var runs = new Runs(seconds);
        return List.of(Row.none(
                "first requests of %d examples and %d inputs that got no answer, beside a busy process"
                        .formatted(EXAMPLES, INPUTS),
                statuses.stream()
                        .filter(status -> status != 200)
                        .map(status -> "status " + status)
                        .toList(),
                text("of %d, half of them with labels; %s s each", statuses.size(), runs.text())));
    }

    private void ask(Client client, Map<String, Object> body) {
        var start = System.nanoTime();
        try {
            statuses.add(client.send("/generate", body).statusCode());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        seconds.add((System.nanoTime() - start) / 1e9);
    }

    private static Map<String, Object> labels(int request) {
        var body = new HashMap<>(body(request, "Who are they, asks number " + request, LABELS));
        body.put("labels", LABELS);
        return body;
    }

    private static Map<String, Object> texts(int request) {
        var years = IntStream.range(0, EXAMPLES)
                .mapToObj(i -> "In the year " + (1000 + place(request, i)) + ".")
                .toList();
        return body(request, "When do they set out, asks number " + request, years);
    }

    private static Map<String, Object> body(int request, String description, List<String> outputs) {
        var examples = IntStream.range(0, EXAMPLES)
                .mapToObj(i -> Map.of("input", input(request, i), "output", outputs.get(i % outputs.size())))
                .toList();
        var inputs = IntStream.range(EXAMPLES, EXAMPLES + INPUTS)
                .mapToObj(i -> input(request, i))
                .toList();
        return Map.of(
                "task", Map.of("description", description, "examples", examples), "inputs", inputs, "max_tokens", 16);
    }

    private static int place(int request, int text) {
        return request * (EXAMPLES + INPUTS) + text;
    }

    /// Of some fifty tokens.
    private static String input(int request, int text) {
        return Tasks.prompt(place(request, text)) + " met " + LABELS.get(text % LABELS.size()) + ".";
    }

    /// What another process is to ours: a thread that never rests.
    private static final class BusyProcessor implements AutoCloseable {

        private final AtomicBoolean closed = new AtomicBoolean();

        BusyProcessor() {
            Thread.ofPlatform().daemon().start(() -> {
                while (!closed.get()) {
                    Thread.onSpinWait();
                }
            });
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }
}
