package dev.icmlora.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import com.google.gson.Gson;

/// Task files in a directory that the function watches: one after the other from [#start] to [#close].
final class TaskFiles implements AutoCloseable {

    private static final Gson JSON = new Gson();

    private final Path bucket;
    private final ColourTasks tasks;
    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final Repeatedly dropping;

    private TaskFiles(Path bucket, ColourTasks tasks, Duration interval) {
        this.bucket = bucket;
        this.tasks = tasks;
        this.dropping = Repeatedly.start(interval, List.of(this::drop));
    }

    static TaskFiles start(Path bucket, ColourTasks tasks, Duration interval) {
        return new TaskFiles(bucket, tasks, interval);
    }

    /// The outcome of a task file.
    static Outcome outcome(Path bucket, String name) {
        var results = bucket.resolve("results");
        return new Outcome(name, results.resolve(name + ".state.json"), results.resolve(name + ".jsonl"));
    }

    private void drop() throws IOException {
        var name = "file-" + count();
        var body = JSON.toJson(ColourBatch.of(tasks, count()).request());
        var written = Files.writeString(bucket.resolve(name), body);
        Files.move(written, bucket.resolve("tasks/" + name + ".json"), StandardCopyOption.ATOMIC_MOVE);
        outcomes.add(outcome(bucket, name));
    }

    int count() {
        return outcomes.size();
    }

    /// Those that are worked on still, or were not begun, after this time.
    List<String> lost(Duration patience) {
        return Outcome.open(patience, outcomes::stream);
    }

    /// Those that have ended, but not with each input's answer.
    List<String> wrong() {
        return IntStream.range(0, count())
                .filter(file ->
                        outcomes.get(file).hasEnded() && !outcomes.get(file).isRight(ColourBatch.of(tasks, file)))
                .mapToObj(file -> outcomes.get(file).name())
                .toList();
    }

    /// Drops no more of them.
    @Override
    public void close() {
        dropping.close();
    }
}
