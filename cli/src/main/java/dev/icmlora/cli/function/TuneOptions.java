package dev.icmlora.cli.function;

import java.io.IOException;
import java.util.Optional;

import com.google.gson.JsonObject;
import picocli.CommandLine.Option;

/// Whether the function tunes the adapter that it generates, on the task's examples.
final class TuneOptions {

    @Option(names = "--tune", description = "Tune the generated adapter on the task's examples.")
    private boolean tune;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Gradient steps of --tune (default: as many as suit the number of examples).")
    private Integer steps;

    /// The description of the tuned adapter, while a bar shows how far it is; empty where nothing is to be tuned.
    ///
    /// @throws IllegalArgumentException when there are steps of nothing
    Optional<JsonObject> tuned(TaskOptions task, RunningFunction running) throws IOException, InterruptedException {
        Optional<JsonObject> wanted = tune();
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        try (TuningBar bar = new TuningBar()) {
            return Optional.of(running.tuned(task.task(), wanted.get(), bar));
        }
    }

    /// The function's `tune`; empty where nothing is to be tuned.
    ///
    /// @throws IllegalArgumentException when there are steps of nothing
    private Optional<JsonObject> tune() {
        if (!tune && steps != null) {
            throw new IllegalArgumentException("--steps goes with --tune");
        }
        JsonObject wanted = new JsonObject();
        if (steps != null) {
            wanted.addProperty("steps", steps);
        }
        return tune ? Optional.of(wanted) : Optional.empty();
    }
}
