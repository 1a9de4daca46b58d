package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.storage.local.LocalStore;

/// A function that is killed in the middle of a task file, and the next one.
class EventsIT {

    private static final int INPUTS = 24;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @TempDir
    Path bucket;

    private final List<String> announced = new CopyOnWriteArrayList<>();

    @Test
    void theNextInstanceGoesOnWhereTheKilledOneStopped() throws Exception {
        var sink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sink.createContext("/", exchange -> {
            announced.add(exchange.getRequestHeaders().getFirst("ce-type"));
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        });
        sink.start();
        try {
            var environment = Map.of(
                    "ICM_LORA_EVENTS_BUCKETS", "file:" + bucket,
                    "ICM_LORA_EVENTS_LEASE", "1s",
                    "ICM_LORA_EVENTS_BATCH", "4",
                    "ICM_LORA_EVENTS_CHECKPOINT_INPUTS", "4",
                    "ICM_LORA_EVENTS_WATCH_INTERVAL", "100ms",
                    "K_SINK", "http://127.0.0.1:" + sink.getAddress().getPort());
            upload();
            try (var function = FunctionProcess.start(folder, environment)) {
                var address = function.awaitAddress();
                Eventually.until(() -> parts().size() >= 2);
            }
            var before = new HashMap<String, String>();
            for (var part : parts()) {
                before.put(part.toString(), Files.readString(part));
            }
            assertThat(results()).doesNotExist();

            try (var function = FunctionProcess.start(folder, environment)) {
                var address = function.awaitAddress();
                Eventually.until(() -> Files.exists(results()) && !announced.isEmpty());
            }

            var lines = JSON.readerFor(JsonNode.class)
                    .<JsonNode>readValues(results().toFile())
                    .readAll();
            assertThat(lines)
                    .extracting(line -> line.get("index").asInt())
                    .isEqualTo(IntStream.range(0, INPUTS).boxed().toList());
            // What was stored was not answered again.
            assertThat(Files.readString(results())).contains(before.values());
            assertThat(JSON.readTree(bucket.resolve("results/many.summary.json").toFile())
                            .get("answered")
                            .asInt())
                    .isEqualTo(INPUTS);
            assertThat(announced).containsOnly("dev.icmlora.task.completed");
        } finally {
            sink.stop(0);
        }
    }

    @Test
    void aDeliveryThatTakesTooLongIsGoneOnWith() throws Exception {
        upload();
        var environment = Map.of(
                "ICM_LORA_EVENTS_BUCKETS", "file:" + bucket,
                "ICM_LORA_EVENTS_BATCH", "8",
                "ICM_LORA_EVENTS_DEADLINE", "1ms",
                "ICM_LORA_EVENTS_LEASE", "3s",
                // Only events that are sent.
                "ICM_LORA_EVENTS_WATCH_INTERVAL", "1h");
        try (var function = FunctionProcess.start(folder, environment)) {
            var local = new TaskBucket(Bucket.local(bucket), new LocalStore(bucket));
            var address = function.awaitAddress();
            var version = local.store().find("tasks/many.json").orElseThrow().version();
            for (var batch = 1; batch < INPUTS / 8; batch++) {
                assertThat(local.deliver(address, "many", version)).isEqualTo(503);
                assertThat(parts()).hasSize(batch);
            }
            assertThat(local.deliver(address, "many", version)).isEqualTo(204);
            assertThat(local.results("many")).hasSize(INPUTS);
        }
    }

    @Test
    void aDirectoryThatIsAwayKeepsNoOtherWaiting() throws Exception {
        var away = Files.createDirectory(folder.resolve("away"));
        var environment = Map.of(
                "ICM_LORA_EVENTS_BUCKETS",
                "file:" + away + ",file:" + bucket,
                "ICM_LORA_EVENTS_WATCH_INTERVAL",
                "100ms");
        try (var function = FunctionProcess.start(folder, environment)) {
            var address = function.awaitAddress();
            Files.delete(away);
            upload();

            Eventually.until(() -> Files.exists(results()));
        }
    }

    private void upload() throws Exception {
        var inputs = IntStream.range(0, INPUTS).mapToObj(i -> "thing " + i).toList();
        var task = Map.of("description", "Repeat the text.");
        Files.createDirectories(bucket.resolve("tasks"));
        JSON.writeValue(
                bucket.resolve("tasks/many.json").toFile(), Map.of("task", task, "inputs", inputs, "max_tokens", 4));
    }

    private Path results() {
        return bucket.resolve("results/many.jsonl");
    }

    private List<Path> parts() throws Exception {
        if (!Files.isDirectory(bucket.resolve("results"))) {
            return List.of();
        }
        try (var files = Files.walk(bucket.resolve("results"))) {
            return files.filter(file -> file.toString().contains(".parts/")
                            && file.toString().endsWith(".jsonl"))
                    .toList();
        }
    }
}
