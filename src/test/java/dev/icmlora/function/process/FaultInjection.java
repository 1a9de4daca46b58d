package dev.icmlora.function.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.servers.FaultyProxy;
import dev.icmlora.function.servers.StorageServer;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Bucket.Provider;

/// Two instances that are killed again and again, events that come twice, stores that fail: at the end every task file
/// has its results, or its error. Not part of a build; `make fault-injection` runs it.
class FaultInjection {

    private static final int FAULTS = Integer.getInteger("faults", 500);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final double FAILING_REQUESTS = 0.06;
    private static final int FILES_AT_ONCE = 6;
    private static final int MOST_DELIVERIES = 1000;
    private static final int MOST_INPUTS = 13;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Random random = new Random(SEED);
    private final Map<Provider, FaultyProxy> proxies = new EnumMap<>(Provider.class);
    private final List<TaskBucket> buckets = new ArrayList<>();
    private final Instance[] instances = new Instance[2];
    private final Queue<String> surprises = new ConcurrentLinkedQueue<>();
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final AtomicInteger deliveries = new AtomicInteger();
    private volatile boolean over;

    /// A task file and what has to come of it.
    ///
    /// @param inputs -1 if the file is bad
    private record File(TaskBucket bucket, String name, String version, int inputs) {}

    @Test
    void everyFileHasOneOutcome() throws Exception {
        System.out.printf("seed %d, logs in %s%n", SEED, folder);
        start();
        proxies.values().forEach(proxy -> proxy.fail(FAILING_REQUESTS));
        var killer = Thread.ofVirtual().start(this::killNowAndThen);
        var files = new ArrayList<CompletableFuture<File>>();
        var room = new Semaphore(FILES_AT_ONCE);
        var begin = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (faults() < FAULTS && surprises.isEmpty()) {
                room.acquire();
                var number = files.size();
                files.add(CompletableFuture.supplyAsync(() -> dealtWith(number), threads)
                        .whenComplete((file, failure) -> room.release()));
                if (number % 20 == 0) {
                    System.out.printf("%d files, %d faults%n", number, faults());
                }
            }
        }
        over = true;
        killer.join();
        proxies.values().forEach(proxy -> proxy.fail(0));
        var done = files.stream().map(CompletableFuture::join).toList();
        var seconds = (System.nanoTime() - begin) / 1_000_000_000;

        assertThat(surprises).isEmpty();
        for (var file : done) {
            assertThat(late(file)).isEqualTo(204);
            verify(file);
        }
        var left = done.stream()
                .mapToLong(file -> file.bucket().parts(file.name()).size())
                .sum();
        System.out.printf(
                "%d faults: %d kills, %d duplicate deliveries, %d storage faults (%s)%n",
                faults(),
                kills.get(),
                duplicates.get(),
                storageFaults(),
                proxies.entrySet().stream()
                        .map(proxy -> proxy.getKey() + " " + proxy.getValue().faults())
                        .collect(Collectors.joining(", ")));
        System.out.printf(
                "%d task files, %d inputs, %d bad files, %d deliveries, %d s; each file has one outcome; parts left: %d%n",
                done.size(),
                done.stream().mapToInt(File::inputs).filter(n -> n > 0).sum(),
                done.stream().filter(file -> file.inputs() < 0).count(),
                deliveries.get(),
                seconds,
                left);
    }

    private void start() throws Exception {
        for (var provider : List.of(Provider.GOOGLE, Provider.S3, Provider.AZURE)) {
            var server = StorageServer.of(provider);
            proxies.put(provider, new FaultyProxy(server.address(), random.nextLong()));
            var bucket = server.bucket();
            buckets.add(
                    new TaskBucket(bucket, StorageServer.stores(server.config()).open(bucket)));
        }
        var directory = Bucket.local(Files.createDirectory(folder.resolve("bucket")));
        buckets.add(new TaskBucket(
                directory,
                StorageServer.stores(StorageServer.of(Provider.S3).config()).open(directory)));
        var environment = new HashMap<>(StorageServer.environment(proxies.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, proxy -> proxy.getValue().port()))));
        environment.put(
                "ICM_LORA_EVENTS_BUCKETS",
                buckets.stream().map(bucket -> bucket.bucket().toString()).collect(Collectors.joining(",")));
        environment.put("ICM_LORA_EVENTS_LEASE", "2s");
        environment.put("ICM_LORA_EVENTS_RETRY", "3s");
        environment.put("ICM_LORA_EVENTS_DEADLINE", "15s");
        environment.put("ICM_LORA_EVENTS_BATCH", "4");
        environment.put("ICM_LORA_EVENTS_CHECKPOINT_INPUTS", "4");
        environment.put("ICM_LORA_STORAGE_TIMEOUT", "5s");
        for (var i = 0; i < instances.length; i++) {
            instances[i] = new Instance(folder.resolve("instance" + i), environment);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (var instance : instances) {
            if (instance != null) {
                instance.close();
            }
        }
        for (var proxy : proxies.values()) {
            proxy.close();
        }
    }

    private int storageFaults() {
        return proxies.values().stream().mapToInt(FaultyProxy::faults).sum();
    }

    private int faults() {
        return kills.get() + duplicates.get() + storageFaults();
    }

    private void killNowAndThen() {
        try {
            while (!over) {
                Thread.sleep(between(2000, 8000));
                instances[between(0, instances.length)].killAndStart();
                kills.incrementAndGet();
            }
        } catch (Exception | AssertionError e) {
            surprises.add(e.toString());
        }
    }

    /// Uploads a file and delivers its event until it is taken.
    private File dealtWith(int number) {
        var bucket = buckets.get(number % buckets.size());
        var name = "file" + number;
        var inputs = between(0, 10) == 0 ? -1 : between(1, MOST_INPUTS);
        var file = new File(bucket, name, bucket.upload(name, content(inputs)), inputs);
        for (var i = 0; i < MOST_DELIVERIES; i++) {
            var second = between(0, 3) == 0 ? CompletableFuture.supplyAsync(() -> duplicate(file)) : null;
            var status = deliver(file);
            if (second != null) {
                second.join();
            }
            if (status == 204) {
                if (between(0, 2) == 0) {
                    duplicate(file);
                }
                return file;
            }
            pause(between(100, 1500));
        }
        surprises.add(file + " was never taken");
        return file;
    }

    private static String content(int inputs) {
        if (inputs < 0) {
            return "{\"task\": {\"description\": \"\"}, \"inputs\": 7";
        }
        var list = IntStream.range(0, inputs).mapToObj(FaultInjection::input).collect(Collectors.joining(","));
        return "{\"task\": {\"description\": \"Repeat the text.\"}, \"mode\": \"adapter\", \"max_tokens\": 1, \"inputs\": ["
                + list + "]}";
    }

    private static String input(int index) {
        return index % 10 == 7 ? "\"\"" : "\"thing " + index + "\"";
    }

    private int deliver(File file) {
        deliveries.incrementAndGet();
        var status = file.bucket().deliver(instances[between(0, 2)].address(), file.name(), file.version());
        if (status != 204 && status != 503 && status != 0) {
            surprises.add(file + " was answered " + status);
        }
        return status;
    }

    private int duplicate(File file) {
        duplicates.incrementAndGet();
        return deliver(file);
    }

    private int late(File file) {
        var status = deliver(file);
        for (var i = 0; i < MOST_DELIVERIES && status != 204; i++) {
            pause(200);
            status = deliver(file);
        }
        return status;
    }

    private static void verify(File file) {
        var bucket = file.bucket();
        var results = bucket.find(file.name(), ".jsonl");
        var error = bucket.find(file.name(), ".error.json");
        assertThat(results.isPresent()).as("%s has one outcome", file).isNotEqualTo(error.isPresent());
        assertThat(results.isPresent()).as("%s has its outcome", file).isEqualTo(file.inputs() > 0);
        assertThat(bucket.state(file.name()).get("state").asText())
                .as("state of %s", file)
                .isEqualTo(file.inputs() > 0 ? "completed" : "failed");
        assertThat(bucket.state(file.name()).has("holder"))
                .as("a claim on %s", file)
                .isFalse();
        if (file.inputs() > 0) {
            var lines = bucket.results(file.name());
            assertThat(lines).as("lines of %s", file).hasSize(file.inputs());
            for (var i = 0; i < lines.size(); i++) {
                verify(lines.get(i), i);
            }
            var summary = bucket.summary(file.name());
            assertThat(summary.get("answered").asInt() + summary.get("failed").asInt())
                    .isEqualTo(file.inputs());
            var adapter = bucket.store().find(summary.get("adapter_file").asText());
            assertThat(adapter).as("adapter of %s", file).isPresent();
        }
    }

    private static void verify(JsonNode line, int index) {
        assertThat(line.get("index").asInt()).isEqualTo(index);
        if (input(index).equals("\"\"")) {
            assertThat(line.has("error")).isTrue();
        } else {
            assertThat(line.get("input").asText()).isEqualTo("thing " + index);
            assertThat(line.has("output")).isTrue();
        }
    }

    private int between(int low, int high) {
        synchronized (random) {
            return random.nextInt(low, high);
        }
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
