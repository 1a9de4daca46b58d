package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

/// The files in which the function keeps the outcome of a task file or a job.
///
/// @param name of the task file, or id of the job
/// @param state file that says how far the work is
/// @param results file of the answers
record Outcome(String name, Path state, Path results) {

    private static final Gson JSON = new Gson();

    /// Whether nothing is left to do.
    boolean hasEnded() {
        if (!Files.exists(state)) {
            return false;
        }
        var work = json(state);
        return !work.get("state").getAsString().equals("open") && !work.has("holder");
    }

    /// Whether it has ended with the right answer to each input.
    boolean isRight(ColourBatch batch) {
        try {
            return hasEnded()
                    && json(state).get("state").getAsString().equals("completed")
                    && Files.exists(results)
                    && batch.isAnsweredBy(Files.readAllLines(results));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Names of those that have not ended after this time.
    static List<String> open(Duration patience, Supplier<Stream<Outcome>> all) {
        var end = System.nanoTime() + patience.toNanos();
        while (true) {
            var open = all.get()
                    .filter(outcome -> !outcome.hasEnded())
                    .map(Outcome::name)
                    .distinct()
                    .toList();
            if (open.isEmpty() || System.nanoTime() > end) {
                return open;
            }
            Server.pause();
        }
    }

    static JsonObject json(Path file) {
        try {
            return JSON.fromJson(Files.readString(file), JsonObject.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
