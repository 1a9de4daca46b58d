package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

/// Task files in a directory that the function watches: one after the other from [#start] to [#close].
final class TaskFiles implements AutoCloseable {

    private static final Gson JSON = new Gson();

    private final Path bucket;
    private final ColourTasks tasks;
    private final List<String> names = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean ended;

    private TaskFiles(Path bucket, ColourTasks tasks, Duration interval) {
        this.bucket = bucket;
        this.tasks = tasks;
        this.thread = Thread.ofVirtual().start(() -> drop(interval));
    }

    static TaskFiles start(Path bucket, ColourTasks tasks, Duration interval) {
        return new TaskFiles(bucket, tasks, interval);
    }

    private void drop(Duration interval) {
        try {
            while (!ended) {
                drop();
                Thread.sleep(interval);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            // that was the last one
        }
    }

    private void drop() throws IOException {
        var name = "file-" + names.size();
        var body = JSON.toJson(ColourBatch.of(tasks, names.size()).request());
        var written = Files.writeString(bucket.resolve(name), body);
        Files.move(written, bucket.resolve("tasks/" + name + ".json"), StandardCopyOption.ATOMIC_MOVE);
        names.add(name);
    }

    int count() {
        return names.size();
    }

    /// Whether the state of a task file or a job says that nothing is left to do.
    static boolean hasEnded(Path state) {
        try {
            return Files.exists(state) && hasEnded(JSON.fromJson(Files.readString(state), JsonObject.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasEnded(JsonObject state) {
        return !state.get("state").getAsString().equals("open") && !state.has("holder");
    }

    /// Those that have no outcome, or that are worked on still, after this time.
    Collection<String> lost(Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        var open = new ArrayList<>(names);
        while (true) {
            open.removeIf(this::isDone);
            if (open.isEmpty() || System.nanoTime() > end) {
                return open;
            }
            Server.pause();
        }
    }

    private boolean isDone(String name) {
        return (Files.exists(result(name, ".jsonl")) || Files.exists(result(name, ".error.json")))
                && hasEnded(result(name, ".state.json"));
    }

    private Path result(String name, String ending) {
        return bucket.resolve("results/" + name + ending);
    }

    /// What is wrong with the outcomes that are there.
    Collection<String> wrong() {
        return IntStream.range(0, names.size())
                .filter(file -> isDone(names.get(file)) && !isRight(file))
                .mapToObj(names::get)
                .toList();
    }

    private boolean isRight(int file) {
        var results = result(names.get(file), ".jsonl");
        try {
            if (!Files.exists(results) || Files.exists(result(names.get(file), ".error.json"))) {
                return false;
            }
            return ColourBatch.of(tasks, file).isAnsweredBy(Files.readAllLines(results));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Drops no more of them.
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
