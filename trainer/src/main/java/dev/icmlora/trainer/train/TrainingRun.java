package dev.icmlora.trainer.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;

/// Trains an objective until its schedule is over, from its last checkpoint if there is one.
///
/// The folder holds `checkpoint.gguf`, replaced as a whole every so many steps, and `log.jsonl`.
final class TrainingRun {
    /// A loss this often not finite in a row is no accident.
    private static final int MAX_LOST_STEPS = 5;

    private static final double WEIGHT_DECAY = 0.01;
    private static final float MAX_GRADIENT_NORM = 1;

    private final String name;
    private final Objective objective;
    private final Schedule schedule;
    private final Intervals intervals;
    private final Path folder;
    private final NDManager manager;

    /// @param log steps between two log lines
    /// @param checkpoint steps between two checkpoints
    /// @param validate steps between two validations
    record Intervals(int log, int checkpoint, int validate) {}

    /// @param name names what is trained with which settings; a checkpoint of another name is refused
    TrainingRun(
            String name, Objective objective, Schedule schedule, Intervals intervals, Path folder, NDManager manager) {
        this.name = name;
        this.objective = objective;
        this.schedule = schedule;
        this.intervals = intervals;
        this.folder = folder;
        this.manager = manager;
    }

    static Path checkpoint(Path folder) {
        return folder.resolve("checkpoint.gguf");
    }

    /// Trains to the end of the schedule, or for `stopAfter` further steps.
    ///
    /// @return the state that was reached, as in the checkpoint
    /// @throws IllegalStateException when training diverges
    Checkpoint train(PrintStream out, long stopAfter) throws IOException {
        Files.createDirectories(folder);
        TrainingLog log = new TrainingLog(folder.resolve("log.jsonl"));
        try (NDManager own = manager.newSubManager();
                AdamW optimiser = new AdamW(objective.parameters(), WEIGHT_DECAY, MAX_GRADIENT_NORM, own)) {
            SequencedMap<String, NDArray> state = optimiser.state();
            Checkpoint start = Files.exists(checkpoint(folder))
                    ? Checkpoint.read(checkpoint(folder), name, state)
                    : new Checkpoint(0, 0);
            double done = schedule.progress(start.step(), start.elapsed());
            try (TrainingDisplay display = new TrainingDisplay(name, done, start.elapsed(), out)) {
                return train(start, optimiser, state, log, display, stopAfter);
            }
        }
    }

    private Checkpoint train(
            Checkpoint start,
            AdamW optimiser,
            SequencedMap<String, NDArray> state,
            TrainingLog log,
            TrainingDisplay display,
            long stopAfter) {
        long step = start.step();
        long last = step + stopAfter;
        double elapsed = start.elapsed();
        if (step == 0) {
            report(log, display, validation(step, elapsed));
        }
        Means means = new Means();
        int lost = 0;
        while (!schedule.over(step, elapsed) && step < last) {
            long begin = System.nanoTime();
            boolean sound = step(optimiser, step, elapsed, means);
            lost = sound ? 0 : lost + 1;
            if (lost == MAX_LOST_STEPS) {
                throw new IllegalStateException("the loss was not finite for " + MAX_LOST_STEPS
                        + " steps in a row, at step " + step + "; lower --rate. The last checkpoint is kept.");
            }
            elapsed += (System.nanoTime() - begin) / 1e9;
            step++;
            display.show(schedule.progress(step, elapsed), step, means.get("loss"));
            boolean end = schedule.over(step, elapsed) || step == last;
            if (step % intervals.log == 0 || end) {
                log.append(means.drain(step, elapsed));
            }
            if (step % intervals.validate == 0 || end) {
                report(log, display, validation(step, elapsed));
            }
            if (step % intervals.checkpoint == 0 || end) {
                new Checkpoint(step, elapsed).write(checkpoint(folder), name, state);
            }
        }
        return new Checkpoint(step, elapsed);
    }

    /// @return false when the loss was not finite, in which case nothing was changed
    private boolean step(AdamW optimiser, long step, double elapsed, Means means) {
        try (NDManager scope = manager.newSubManager()) {
            Objective.StepLoss result;
            try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
                result = objective.step(scope, step);
                if (!Float.isFinite(result.loss().getFloat())) {
                    return false;
                }
                gradients.backward(result.loss());
            }
            float rate = schedule.rate(step, elapsed);
            float norm = optimiser.update(scope, rate, step + 1);
            result.figures().forEach(means::add);
            means.add("gradient_norm", norm);
            means.add("rate", rate);
            return true;
        }
    }

    private SequencedMap<String, Double> validation(long step, double elapsed) {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        figures.put("step", (double) step);
        figures.put("elapsed", elapsed);
        figures.putAll(objective.validate());
        return figures;
    }

    private static void report(TrainingLog log, TrainingDisplay display, SequencedMap<String, Double> figures) {
        log.append(figures);
        display.say(describe(figures));
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

        SequencedMap<String, Double> drain(long step, double elapsed) {
            SequencedMap<String, Double> means = new LinkedHashMap<>();
            means.put("step", (double) step);
            means.put("elapsed", elapsed);
            sums.keySet().forEach(name -> means.put(name, get(name)));
            sums.clear();
            counts.clear();
            return means;
        }
    }
}
