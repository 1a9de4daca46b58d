package dev.icmlora.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.google.gson.Gson;

/// Clients of every kind at the same time, from [#start] to [#close]: each does its own thing again and again.
final class MixedTraffic implements AutoCloseable {

    private static final Gson JSON = new Gson();
    /// Beside everything else, a task file takes some ten seconds.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Client client;
    private final Path bucket;
    private final String base;
    private final String known;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<String, Integer> done = new ConcurrentHashMap<>();
    private final Map<String, Integer> failed = new ConcurrentHashMap<>();
    private final Repeatedly acts;

    private MixedTraffic(Client client, Path bucket) {
        this.client = client;
        this.bucket = bucket;
        this.base = client.baseModel();
        this.known = client.adapter(Tasks.withExamples(2));
        this.acts = Repeatedly.start(
                Duration.ZERO,
                List.of(
                        counted("a new task", this::newTask),
                        counted("mode auto", this::selection),
                        counted("mode tuned", this::tuning),
                        counted("a stream", this::stream),
                        counted("a stream that is left", this::leave),
                        counted("a chat with a schema", this::schema),
                        counted("adapters out, in and blended", this::files),
                        counted("a task file", this::event),
                        counted("bad requests", this::bad),
                        counted("embeddings and pages", this::pages)));
    }

    /// How the function must be started for it.
    ///
    /// @param bucket a directory for task files, which is made
    static Map<String, String> environment(Path bucket) {
        Machine.emptied(bucket.resolve("tasks"));
        return Map.of(
                "ICM_LORA_EVENTS_BUCKETS",
                "file:" + bucket,
                "ICM_LORA_ADAPTERS_UPLOAD",
                "true",
                // Small, so that it is soon full.
                "ICM_LORA_CACHE_ADAPTERS",
                "64M");
    }

    static MixedTraffic start(Client client, Path bucket) {
        return new MixedTraffic(client, bucket);
    }

    private Repeatedly.Act counted(String what, Repeatedly.Act act) {
        return () -> {
            try {
                act.run();
                done.merge(what, 1, Integer::sum);
            } catch (IOException | RuntimeException e) {
                failed.merge(what + ": " + e, 1, Integer::sum);
                Server.pause();
            }
        };
    }

    private void newTask() {
        client.ask("/generate", generate(Tasks.withExamples(3), "adapter"));
    }

    private void selection() {
        client.ask("/generate", generate(Tasks.withExamples(4), "auto"));
    }

    private void tuning() {
        client.ask("/generate", generate(Tasks.withExamples(3), "tuned"));
    }

    private static Map<String, Object> generate(Map<String, Object> task, String mode) {
        return Map.of("task", task, "inputs", List.of("red", "blue"), "mode", mode, "max_tokens", 8);
    }

    private void stream() {
        client.write(Tasks.prompt(number.incrementAndGet()), 32, Map.of("model", known));
    }

    private void leave() throws InterruptedException {
        var body = Map.<String, Object>of(
                "model",
                known,
                "prompt",
                Tasks.prompt(number.incrementAndGet()),
                "max_tokens",
                200,
                "ignore_eos",
                true);
        var reply = client.sendLater("/v1/completions", body);
        Thread.sleep(200);
        reply.cancel(true);
        Thread.sleep(800);
    }

    private void schema() {
        client.ask("/v1/chat/completions", """
                {"model": "%s", "messages": [{"role": "user", "content": "A colour, please: %d"}], "max_tokens": 24,
                 "response_format": {"type": "json_schema", "json_schema": {"name": "colour", "strict": true, "schema":
                   {"type": "object", "properties": {"colour": {"enum": ["red", "blue"]}},
                    "required": ["colour"], "additionalProperties": false}}}}
                """.formatted(base, number.incrementAndGet()));
    }

    private void files() throws IOException, InterruptedException {
        var gguf = client.get("/adapters/" + known, "application/x-gguf");
        client.get("/adapters/" + known, "application/zip");
        expect(client.upload(gguf), 200, 201);
        client.ask(
                "/adapters/blend",
                Map.of("adapters", List.of(Map.of("id", known, "weight", 0.001 * (number.incrementAndGet() % 1000)))));
        Thread.sleep(200);
    }

    private void event() throws IOException {
        var name = "soak-" + number.incrementAndGet();
        var file = bucket.resolve("tasks/" + name + ".json");
        Files.writeString(
                file,
                JSON.toJson(Map.of(
                        "task", Tasks.withExamples(2), "inputs", List.of("red", "blue", "green"), "max_tokens", 4)));
        if (!Outcome.open(PATIENCE, () -> Stream.of(TaskFiles.outcome(bucket, name)))
                .isEmpty()) {
            throw new IllegalStateException("a task file was not processed within " + PATIENCE);
        }
        var error = bucket.resolve("results/" + name + ".error.json");
        if (Files.exists(error)) {
            throw new IllegalStateException(Files.readString(error));
        }
        // No other program writes there.
        List.of("tasks", "results", "adapters").forEach(folder -> Machine.emptied(bucket.resolve(folder)));
    }

    private void bad() throws IOException, InterruptedException {
        for (var body : List.of("{", "[]", "{\"inputs\": 3}", "\u0000", "{\"task\": {}, \"inputs\": []}")) {
            expect(client.status("/generate", body), 400);
        }
        expect(client.status("/v1/completions", "{\"model\": \"nobody\", \"prompt\": \"a\"}"), 404);
        Thread.sleep(50);
    }

    private void pages() throws InterruptedException {
        client.ask("/v1/embeddings", Map.of("model", "e5-small-v2.Q8_0", "input", "word " + number.incrementAndGet()));
        for (var path : List.of("/", "/openapi.json", "/q/metrics", "/q/health", "/v1/models")) {
            client.get(path, "*/*");
        }
        Thread.sleep(50);
    }

    private static void expect(int status, Integer... expected) {
        if (!List.of(expected).contains(status)) {
            throw new IllegalStateException("status " + status + " in place of " + List.of(expected));
        }
    }

    /// How often each was done.
    Map<String, Integer> done() {
        return new TreeMap<>(done);
    }

    /// How often each failed, with the reason.
    Map<String, Integer> failed() {
        return new TreeMap<>(failed);
    }

    /// Ends what was begun, too.
    @Override
    public void close() {
        acts.close();
    }
}
