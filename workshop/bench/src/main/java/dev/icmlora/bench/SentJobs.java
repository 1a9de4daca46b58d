package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.google.gson.JsonParser;

/// Jobs that are sent to a proxy, one after the other from [#start] to [#close]. One that is refused is sent again; one
/// that is cut off is not, since it is not known whether it was taken. Each has its number for a seed, by which it is
/// found again where the instances keep their jobs.
final class SentJobs implements AutoCloseable {

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    private static final int CUT_OFF = 0;
    private static final int TAKEN = 202;
    private static final Set<Integer> REFUSED = Set.of(429, 503);

    private final Client client;
    private final Path jobs;
    private final ColourTasks tasks;
    private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final Repeatedly sending;
    private int number;

    private SentJobs(Client client, Path bucket, ColourTasks tasks, Duration interval) {
        this.client = client;
        this.jobs = bucket.resolve("jobs/shared");
        this.tasks = tasks;
        this.sending = Repeatedly.start(interval, List.of(this::sendNext));
    }

    /// @param bucket the directory in which the instances keep their jobs
    /// @param interval from one that was taken to the next one
    static SentJobs start(Client client, Path bucket, ColourTasks tasks, Duration interval) {
        return new SentJobs(client, bucket, tasks, interval);
    }

    private void sendNext() throws InterruptedException {
        for (var status = send(); REFUSED.contains(status); status = send()) {
            Thread.sleep(BETWEEN_TRIES);
        }
        number++;
    }

    private int send() throws InterruptedException {
        var body = new HashMap<>(ColourBatch.of(tasks, number).request());
        body.put("seed", number);
        var status = CUT_OFF;
        try {
            var reply = client.send("/jobs", body);
            status = reply.statusCode();
            if (status == TAKEN) {
                var job = JsonParser.parseString(new String(reply.body(), UTF_8));
                taken.add(job.getAsJsonObject().get("id").getAsString());
            }
        } catch (IOException e) {
            // It is cut off.
        }
        statuses.merge(status, 1, Integer::sum);
        return status;
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
    List<String> lost(Duration patience) {
        return Outcome.open(patience, () -> Stream.concat(taken.stream().map(this::outcome), kept()));
    }

    private Outcome outcome(String id) {
        return new Outcome(
                id, jobs.resolve(id).resolve("state.json"), jobs.resolve(id).resolve("results.jsonl"));
    }

    /// All that the instances know of.
    private Stream<Outcome> kept() {
        if (!Files.isDirectory(jobs)) {
            return Stream.of();
        }
        try (var folders = Files.list(jobs)) {
            return folders
                    .map(folder -> outcome(folder.getFileName().toString()))
                    .filter(job -> Files.exists(job.state()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int number(Outcome job) {
        return Outcome.json(job.state().resolveSibling("task.json")).get("seed").getAsInt();
    }

    /// Those that have ended, but not with each input's answer.
    List<String> wrong() {
        return kept().filter(job -> job.hasEnded() && !job.isRight(ColourBatch.of(tasks, number(job))))
                .map(Outcome::name)
                .toList();
    }

    /// Those that there are two of, although they were sent once, and those whose results were written after their end.
    List<String> twice() {
        var numbers = new HashSet<Integer>();
        return kept().filter(Outcome::hasEnded)
                .filter(job -> !numbers.add(number(job)) || isWrittenAfterItsEnd(job))
                .map(Outcome::name)
                .toList();
    }

    private static boolean isWrittenAfterItsEnd(Outcome job) {
        return Files.exists(job.results()) && modified(job.results()).compareTo(modified(job.state())) > 0;
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends no more of them.
    @Override
    public void close() {
        sending.close();
    }
}
