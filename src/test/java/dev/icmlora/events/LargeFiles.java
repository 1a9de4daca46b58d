package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.function.process.FunctionProcess;
import dev.icmlora.function.process.TaskBucket;
import dev.icmlora.function.servers.StorageServer;
import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;

/// Many inputs and large results in a small heap. Not part of a build; `make large-files` runs it.
class LargeFiles {

    private static final int INPUTS = Integer.getInteger("inputs", 10_000);
    private static final String HEAP = "-Xmx160m";
    private static final long GROWTH = 48 << 20;
    private static final int MINUTES = 120;

    private static final int LINES = 10_000;
    private static final int LINES_OF_A_PART = 190;
    private static final int LAST = 10;
    private static final String LONG = "word ".repeat(4_200);

    private static final ObjectMapper JSON =
            new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    @TempDir
    Path folder;

    private static TaskBucket bucket(StorageServer server) {
        var bucket = server.bucket();
        return new TaskBucket(bucket, StorageServer.stores(server.config()).open(bucket));
    }

    private FunctionProcess start(Provider provider, TaskBucket bucket) throws Exception {
        // Only one of the ports is asked.
        var port = StorageServer.of(provider).address().getPort();
        var environment = new HashMap<>(
                StorageServer.environment(Map.of(Provider.GOOGLE, port, Provider.S3, port, Provider.AZURE, port)));
        environment.put("ICM_LORA_EVENTS_BUCKETS", bucket.bucket().toString());
        environment.put("ICM_LORA_EVENTS_DEADLINE", MINUTES + "m");
        environment.put("ICM_LORA_EVENTS_BATCH", "256");
        environment.put("ICM_LORA_REQUEST_TIMEOUT", "300s");
        environment.put("ICM_LORA_THREADS", "2");
        return FunctionProcess.start(folder, environment, HEAP);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "LOCAL")
    void memoryStaysFlat(Provider provider) throws Exception {
        var bucket = bucket(StorageServer.of(provider));
        write(bucket.store(), "tasks/many.jsonl", IntStream.range(0, INPUTS).mapToObj(i -> "\"" + i + "\"\n"));
        var version = bucket.upload(
                "many", "{\"task\": {\"description\": \"Repeat.\"}, \"mode\": \"plain\", \"max_tokens\": 1}");
        try (var function = start(provider, bucket)) {
            var address = function.awaitAddress();
            var delivery = CompletableFuture.supplyAsync(() -> bucket.deliver(address, "many", version));
            var early = 0L;
            var most = 0L;
            while (!done(delivery)) {
                var stored = bucket.parts("many").size();
                if (early == 0 && stored > 2) {
                    early = function.residentBytes();
                }
                most = Math.max(most, function.residentBytes());
            }

            assertThat(delivery.join()).isEqualTo(204);
            assertThat(bucket.results("many"))
                    .extracting(line -> line.get("index").asInt())
                    .isEqualTo(IntStream.range(0, INPUTS).boxed().toList());
            System.out.printf(
                    "%s: %d inputs in a heap of %s: %d MB resident after the first parts, %d MB at most%n",
                    provider, INPUTS, HEAP, early >> 20, most >> 20);
            assertThat(most - early).isLessThan(GROWTH);
        }
    }

    private static boolean done(CompletableFuture<Integer> delivery) throws Exception {
        try {
            delivery.get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /// All but the last inputs were answered by an instance that is gone.
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "LOCAL")
    void aLargeResultIsStreamed(Provider provider) throws Exception {
        var bucket = bucket(StorageServer.of(provider));
        var store = bucket.store();
        var inputs = write(
                store,
                "tasks/large.jsonl",
                IntStream.range(0, LINES).mapToObj(i -> "\"" + (i < LINES - LAST ? LONG : "dog") + "\"\n"));
        var version = bucket.upload(
                "large", "{\"task\": {\"description\": \"Repeat.\"}, \"mode\": \"plain\", \"max_tokens\": 1}");
        var state = TaskState.of(version, null).heldBy("gone").begun(inputs);
        for (var first = 0; first < LINES - LAST; first += LINES_OF_A_PART) {
            var last = Math.min(first + LINES_OF_A_PART, LINES - LAST);
            store.write(
                    "results/large.parts/gone-%06d.jsonl".formatted(first / LINES_OF_A_PART),
                    content(IntStream.range(first, last).mapToObj(LargeFiles::answered)),
                    Map.of(),
                    new Condition.IfAbsent());
            state = state.with(new TaskState.Tally(last - first, 0, 0, new Usage(0, 0), Timing.NONE, null, null));
        }
        new StateObject(store, "results/large.state.json", JSON).write(state.heldBy(null));
        try (var function = start(provider, bucket)) {
            var begin = System.nanoTime();

            assertThat(bucket.deliver(function.awaitAddress(), "large", version))
                    .isEqualTo(204);

            var results = bucket.find("large", ".jsonl").orElseThrow();
            System.out.printf(
                    "%s: a result of %d MB, its inputs and its parts as large, in a heap of %s: %d MB resident, %d s%n",
                    provider,
                    results.bytes() / 1_000_000,
                    HEAP,
                    function.residentBytes() >> 20,
                    (System.nanoTime() - begin) / 1_000_000_000);
            assertThat(results.bytes()).isGreaterThan(200_000_000);
            try (var in = store.read(results)) {
                var lines = JSON.readerFor(Answering.Answer.class).<Answering.Answer>readValues(in);
                for (var i = 0; i < LINES; i++) {
                    assertThat(lines.nextValue().index()).isEqualTo(i);
                }
                assertThat(lines.hasNextValue()).isFalse();
            }
        }
    }

    private static String answered(int index) {
        return "{\"index\":%d,\"input\":\"%s\",\"output\":\"word\"}\n".formatted(index, LONG);
    }

    private static String write(ObjectStore store, String key, Stream<String> lines) {
        return store.write(key, content(lines), Map.of(), new Condition.IfAbsent());
    }

    private static Content content(Stream<String> lines) {
        var bytes = lines.map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();
        return new Content(
                bytes.stream().mapToLong(line -> line.length).sum(),
                () -> new SequenceInputStream(Collections.enumeration(bytes.stream()
                        .<InputStream>map(ByteArrayInputStream::new)
                        .toList())));
    }
}
