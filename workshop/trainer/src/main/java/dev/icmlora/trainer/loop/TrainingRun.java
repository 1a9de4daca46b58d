package dev.icmlora.trainer.loop;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;

/// Trains an objective until its schedule is over, from its last checkpoint if there is one.
///
/// The folder holds `checkpoint.gguf`, replaced as a whole every so many steps, `best.gguf`, the one with the least
/// loss on tasks that are not trained on, and `log.jsonl`.
public final class TrainingRun {
    /// A loss this often not finite in a row is no accident.
    private static final int MAX_LOST_STEPS = 5;

    private static final double WEIGHT_DECAY = 0.01;
    private static final float MAX_GRADIENT_NORM = 1;

    private final RunIdentity identity;
    private final Objective objective;
    private final Schedule schedule;
    private final Intervals intervals;
    private final Path folder;
    private final BooleanSupplier stop;
    private final NDManager manager;

    /// @param log steps between two log lines
    /// @param checkpoint steps between two checkpoints
    /// @param validate steps between two validations
    public record Intervals(int log, int checkpoint, int validate) implements Serializable {
        /// Those of a training that validates every so many steps.
        public static Intervals validating(int every) {
            return new Intervals(10, 50, every);
        }
    }

    /// @param stop asked after every step; when it says so, the run writes a checkpoint and ends
    public TrainingRun(
            RunIdentity identity,
            Objective objective,
            Schedule schedule,
            Intervals intervals,
            Path folder,
            BooleanSupplier stop,
            NDManager manager) {
        this.identity = identity;
        this.objective = objective;
        this.schedule = schedule;
        this.intervals = intervals;
        this.folder = folder;
        this.stop = stop;
        this.manager = manager;
    }

    /// Which state of a run is taken.
    public enum State {
        /// That with the least loss on validation tasks.
        BEST,
        /// After the last step.
        LAST;

        /// @param folder of the run
        public Path of(Path folder) {
            return this == BEST ? best(folder) : checkpoint(folder);
        }
    }

    public static Path checkpoint(Path folder) {
        return folder.resolve("checkpoint.gguf");
    }

    public static Path best(Path folder) {
        return folder.resolve("best.gguf");
    }

    /// Trains to the end of the schedule, or until step `last`.
    ///
    /// @return what was reached, as in the checkpoint
    /// @throws IllegalStateException when training diverges
    public Checkpoint train(PrintStream out, long last) throws IOException {
        Files.createDirectories(folder);
        deleteHalfWritten();
        try (NDManager own = manager.newSubManager();
                AdamW optimiser = new AdamW(objective.parameters(), WEIGHT_DECAY, MAX_GRADIENT_NORM, own)) {
            SequencedMap<String, NDArray> state = optimiser.state();
            state.putAll(objective.constants());
            Checkpoint start = Files.exists(checkpoint(folder))
                    ? Checkpoint.read(checkpoint(folder), identity, state)
                    : Checkpoint.START;
            try (TrainingDisplay display =
                    new TrainingDisplay(identity.kind(), progress(start), start.elapsed(), out)) {
                Checkpoint reached = start.equals(Checkpoint.START) ? validated(start, state, display) : start;
                return train(reached, last, optimiser, state, display);
            }
        }
    }

    /// What a process that was killed while it wrote a checkpoint left behind. No other process writes here.
    private void deleteHalfWritten() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.gguf*.tmp")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private Checkpoint train(
            Checkpoint start,
            long last,
            AdamW optimiser,
            SequencedMap<String, NDArray> state,
            TrainingDisplay display) {
        Checkpoint reached = start;
        Means means = new Means();
        int lost = 0;
        boolean end = schedule.isOver(reached) || reached.step() >= last;
        boolean stopped = false;
        while (!end && !stopped) {
            long begin = System.nanoTime();
            boolean sound = step(optimiser, reached, means);
            lost = sound ? 0 : lost + 1;
            if (lost == MAX_LOST_STEPS) {
                throw new IllegalStateException(
                        "the loss or its gradient was not finite for " + MAX_LOST_STEPS + " steps in a row, at step "
                                + reached.step() + "; lower --rate. The last checkpoint is kept.");
            }
            reached = reached.next((System.nanoTime() - begin) / 1e9);
            display.show(progress(reached), reached.step(), means.get("loss"));
            end = schedule.isOver(reached) || reached.step() == last;
            stopped = stop.getAsBoolean();
            if (end || reached.step() % intervals.log == 0) {
                log(reached, means.drain());
            }
            if (end || reached.step() % intervals.validate == 0) {
                reached = validated(reached, state, display);
                end |= schedule.isOver(reached);
            }
            if (end || stopped || reached.step() % intervals.checkpoint == 0) {
                reached.write(checkpoint(folder), identity, state);
            }
        }
        return reached;
    }

    private double progress(Checkpoint reached) {
        return schedule.progress(reached.step(), reached.elapsed());
    }

    /// Validates, reports, and keeps the state if it is the best so far.
    private Checkpoint validated(Checkpoint reached, SequencedMap<String, NDArray> state, TrainingDisplay display) {
        SequencedMap<String, Double> figures = objective.validate();
        log(reached, figures);
        display.say("step " + reached.step() + "  " + describe(figures));
        double loss = figures.getOrDefault(Objective.CHOSEN_BY, figures.get(Objective.OTHERWISE_CHOSEN_BY));
        Checkpoint validated = reached.validated(loss);
        if (validated.stale() == 0) {
            validated.write(best(folder), identity, state);
        }
        return validated;
    }

    /// @return false when the loss or its gradient was not finite, in which case nothing was changed
    private boolean step(AdamW optimiser, Checkpoint reached, Means means) {
        try (NDManager scope = manager.newSubManager()) {
            Objective.StepLoss result;
            try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
                result = objective.step(scope, reached.step());
                if (!Float.isFinite(result.loss().getFloat())) {
                    return false;
                }
                gradients.backward(result.loss());
            }
            float rate = schedule.rate(reached.step(), reached.elapsed());
            float norm = optimiser.update(scope, rate, reached.step() + 1);
            if (!Float.isFinite(norm)) {
                return false;
            }
            result.figures().forEach(means::add);
            means.add("gradient_norm", norm);
            means.add("rate", rate);
            return true;
        }
    }

    private void log(Checkpoint reached, SequencedMap<String, Double> figures) {
        SequencedMap<String, Double> line = new LinkedHashMap<>();
        line.put("step", (double) reached.step());
        line.put("elapsed", reached.elapsed());
        line.putAll(figures);
        new TrainingLog(folder.resolve("log.jsonl")).append(line);
    }

    private static String describe(SequencedMap<String, Double> figures) {
        StringBuilder text = new StringBuilder();
        figures.forEach((name, value) -> text.append(String.format(Locale.ROOT, "%s %.4g  ", name, value)));
        return text.toString().strip();
    }

    /// Sums figures between two log lines.
    private static final class Means {
        private final SequencedMap<String, Double> sums = new LinkedHashMap<>();
        private final SequencedMap<String, Integer> counts = new LinkedHashMap<>();

        void add(String name, double value) {
            sums.merge(name, value, Double::sum);
            counts.merge(name, 1, Integer::sum);
        }

        double get(String name) {
            return sums.getOrDefault(name, Double.NaN) / counts.getOrDefault(name, 1);
        }

        SequencedMap<String, Double> drain() {
            SequencedMap<String, Double> means = new LinkedHashMap<>();
            sums.keySet().forEach(name -> means.put(name, get(name)));
            sums.clear();
            counts.clear();
            return means;
        }
    }
}
