package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

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
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    private MixedTraffic(Client client, Path bucket) {
        this.client = client;
        this.bucket = bucket;
        this.base = client.baseModel();
        this.known = client.adapter(Tasks.withExamples(2));
    }

    /// How the function must be started for it.
    ///
    /// @param bucket a directory for task files, which is made
    static Map<String, String> environment(Path bucket) {
        try {
            Files.createDirectories(bucket.resolve("tasks"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        var traffic = new MixedTraffic(client, bucket);
        traffic.repeat("a new task", traffic::newTask);
        traffic.repeat("mode auto", traffic::selection);
        traffic.repeat("mode tuned", traffic::tuning);
        traffic.repeat("a stream", traffic::stream);
        traffic.repeat("a stream that is left", traffic::leave);
        traffic.repeat("a chat with a schema", traffic::schema);
        traffic.repeat("adapters out, in and blended", traffic::files);
        traffic.repeat("a task file", traffic::event);
        traffic.repeat("bad requests", traffic::bad);
        traffic.repeat("embeddings and pages", traffic::pages);
        return traffic;
    }

    private interface Act {
        void run() throws IOException, InterruptedException;
    }

    private void repeat(String what, Act act) {
        threads.add(Thread.ofVirtual().start(() -> {
            while (!ended) {
                try {
                    act.run();
                    done.merge(what, 1, Integer::sum);
                } catch (IOException | RuntimeException e) {
                    failed.merge(what + ": " + e, 1, Integer::sum);
                    Server.pause();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }));
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
        var schema = Map.of(
                "type",
                "object",
                "properties",
                Map.of("colour", Map.of("enum", List.of("red", "blue"))),
                "required",
                List.of("colour"),
                "additionalProperties",
                false);
        client.ask(
                "/v1/chat/completions",
                Map.of(
                        "model",
                        base,
                        "messages",
                        List.of(Map.of("role", "user", "content", "A colour, please: " + number.incrementAndGet())),
                        "max_tokens",
                        24,
                        "response_format",
                        Map.of(
                                "type",
                                "json_schema",
                                "json_schema",
                                Map.of("name", "colour", "strict", true, "schema", schema))));
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
        var error = bucket.resolve("results/" + name + ".error.json");
        var state = bucket.resolve("results/" + name + ".state.json");
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!TaskFiles.hasEnded(state)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("a task file was not processed within " + PATIENCE);
            }
            Server.pause();
        }
        if (Files.exists(error)) {
            throw new IllegalStateException(Files.readString(error));
        }
        clear();
    }

    /// No other program writes there.
    private void clear() throws IOException {
        for (var folder : List.of("tasks", "results", "adapters")) {
            if (!Files.exists(bucket.resolve(folder))) {
                continue;
            }
            try (var files = Files.walk(bucket.resolve(folder))) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    if (Files.isRegularFile(file)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private void bad() throws IOException, InterruptedException {
        for (var body : List.of("{", "[]", "{\"inputs\": 3}", "\u0000", "{\"task\": {}, \"inputs\": []}")) {
            expect(client.status("/generate", body.getBytes(UTF_8)), 400);
        }
        expect(client.status("/v1/completions", "{\"model\": \"nobody\", \"prompt\": \"a\"}".getBytes(UTF_8)), 404);
        Thread.sleep(50);
    }

    private void pages() throws InterruptedException {
        client.ask("/v1/embeddings", Map.of("model", base, "input", "word " + number.incrementAndGet()));
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
        ended = true;
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
