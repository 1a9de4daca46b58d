package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

/// Jobs that are sent to a proxy, one after the other from [#start] to [#close]. One that is refused is sent again; one
/// that is cut off is not, since it is not known whether it was taken. Each has its number for a seed, by which it is
/// found
/// again where the instances keep their jobs.
final class SentJobs implements AutoCloseable {

    private static final Gson JSON = new Gson();
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    private static final int CUT_OFF = 0;
    private static final int TAKEN = 202;
    private static final Set<Integer> REFUSED = Set.of(429, 503);

    private final Client client;
    private final Path bucket;
    private final ColourTasks tasks;
    private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean ended;

    private SentJobs(Client client, Path bucket, ColourTasks tasks, Duration interval) {
        this.client = client;
        this.bucket = bucket;
        this.tasks = tasks;
        this.thread = Thread.ofVirtual().start(() -> send(interval));
    }

    /// @param bucket the directory in which the instances keep their jobs
    /// @param interval from one that was taken to the next one
    static SentJobs start(Client client, Path bucket, ColourTasks tasks, Duration interval) {
        return new SentJobs(client, bucket, tasks, interval);
    }

    private void send(Duration interval) {
        try {
            var number = 0;
            while (!ended) {
                var status = send(number);
                statuses.merge(status, 1, Integer::sum);
                var isRefused = REFUSED.contains(status);
                number += isRefused ? 0 : 1;
                Thread.sleep(isRefused ? BETWEEN_TRIES : interval);
            }
        } catch (InterruptedException e) {
            // that was the last one
        }
    }

    private int send(int number) throws InterruptedException {
        var body = new HashMap<>(ColourBatch.of(tasks, number).request());
        body.put("seed", number);
        try {
            var reply = client.send("/jobs", body);
            if (reply.statusCode() == TAKEN) {
                taken.add(JSON.fromJson(new String(reply.body(), UTF_8), JsonObject.class)
                        .get("id")
                        .getAsString());
            }
            return reply.statusCode();
        } catch (IOException e) {
            return CUT_OFF;
        }
    }

    /// How often each status came; 0 for a connection that broke.
    Map<Integer, Integer> statuses() {
        return new TreeMap<>(statuses);
    }

    /// How many were taken.
    int count() {
        return taken.size();
    }

    /// Statuses that are neither of a job that was taken, nor of one that was refused or cut off.
    List<String> unexpected() {
        return statuses.keySet().stream()
                .filter(status -> status != TAKEN && status != CUT_OFF && status != 502 && !REFUSED.contains(status))
                .map(status -> "status " + status)
                .toList();
    }

    /// Jobs that were taken and have not ended after this time, and those of which that is not known.
    Collection<String> lost(Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        while (true) {
            var open = Stream.concat(
                            taken.stream(),
                            names(bucket.resolve("jobs/shared")).stream()
                                    .filter(id -> Files.exists(file(id, "state.json"))))
                    .filter(id -> !hasEnded(id))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (open.isEmpty() || System.nanoTime() > end) {
                return open;
            }
            Server.pause();
        }
    }

    private Path file(String id, String name) {
        return bucket.resolve("jobs/shared/" + id + "/" + name);
    }

    private JsonObject json(String id, String name) throws IOException {
        return JSON.fromJson(Files.readString(file(id, name)), JsonObject.class);
    }

    private boolean hasEnded(String id) {
        return TaskFiles.hasEnded(file(id, "state.json"));
    }

    private static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All that have ended.
    private Stream<String> known() {
        return names(bucket.resolve("jobs/shared")).stream().filter(this::hasEnded);
    }

    /// Those that have ended, but not with each input's answer.
    Collection<String> wrong() {
        return known().filter(id -> !isRight(id)).toList();
    }

    private boolean isRight(String id) {
        var results = file(id, "results.jsonl");
        try {
            return json(id, "state.json").get("state").getAsString().equals("completed")
                    && Files.exists(results)
                    && ColourBatch.of(tasks, number(id)).isAnsweredBy(Files.readAllLines(results));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int number(String id) {
        try {
            return json(id, "task.json").get("seed").getAsInt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Those that there are two of, although they were sent once, and those whose results were written after their end.
    Collection<String> twice() {
        var numbers = new HashSet<Integer>();
        return known().filter(id -> !numbers.add(number(id)) || writtenAfterItsEnd(id))
                .collect(Collectors.toSet());
    }

    private boolean writtenAfterItsEnd(String id) {
        return modified(file(id, "results.jsonl"))
                .filter(results -> results > modified(file(id, "state.json")).orElseThrow())
                .isPresent();
    }

    private static Optional<Long> modified(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(Files.getLastModifiedTime(file).toMillis())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends no more of them.
    @Override
    public void close() {
        ended = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
