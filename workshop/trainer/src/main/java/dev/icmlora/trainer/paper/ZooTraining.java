package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Trains adapters of single tasks from B0, several tasks in one batch, into a zoo.
///
/// @param base fingerprint of the base model
/// @param shared A, which stays, and B0, with which each begins
/// @param zoo where they are kept; tasks that it holds are not trained again
/// @param runs folder of unfinished runs
/// @param stop asked after every step; when it says so, the run can be taken up again later
record ZooTraining(
        BaseModel model,
        String base,
        PromptFormat format,
        SharedAdapter shared,
        Zoo zoo,
        Path runs,
        Settings settings,
        BooleanSupplier stop,
        NDManager manager) {
    /// Tasks in one batch.
    static final int TOGETHER = 8;

    private static final int VALIDATION_QUERIES_A_TASK = 8;

    /// @param together tasks in one batch
    /// @param length steps of each task's training
    /// @param keep checkpoints to keep of each task
    record Settings(
            int together,
            int length,
            int keep,
            float rate,
            int warmUp,
            long seed,
            PromptSampler.Mix mix,
            TrainingRun.Intervals intervals)
            implements Serializable {

        /// The steps after which adapters are kept: equally far apart in the last third, the last one included.
        List<Long> kept() {
            return LongStream.rangeClosed(1, keep)
                    .map(i -> length - (keep - i) * length / (3L * keep))
                    .distinct()
                    .boxed()
                    .toList();
        }
    }

    /// The samples of a zoo's tasks.
    ///
    /// @param maxTokens of a sample
    static PromptSampler.Mix mix(int maxTokens) {
        return new PromptSampler.Mix(0.15, 3, 6, 6, 0.8, 0.8, maxTokens);
    }

    /// Trains those that the zoo lacks.
    void train(List<TrainingTask> tasks, PrintStream out) throws IOException {
        List<TrainingTask> left =
                tasks.stream().filter(task -> !zoo.holds(task.task().id())).toList();
        for (int from = 0; from < left.size() && !stop.getAsBoolean(); from += settings.together) {
            trainTogether(left.subList(from, Math.min(left.size(), from + settings.together)), out);
        }
    }

    private void trainTogether(List<TrainingTask> tasks, PrintStream out) throws IOException {
        RunIdentity identity = RunIdentity.of("zoo", "%s on %s".formatted(settings, shared.fingerprint()), base, tasks);
        Path folder = runs.resolve("%08x".formatted(identity.name().hashCode()));
        try (NDManager scope = manager.newSubManager()) {
            ZooObjective objective = new ZooObjective(
                    model,
                    shared,
                    tasks,
                    new PromptSampler(format, settings.mix),
                    Validation.of(tasks, VALIDATION_QUERIES_A_TASK * tasks.size(), format),
                    settings.seed,
                    scope);
            TrainingRun run = new TrainingRun(
                    identity,
                    objective,
                    new Schedule(
                            settings.rate,
                            Math.min(settings.warmUp, settings.length / 4),
                            settings.length,
                            Double.MAX_VALUE),
                    settings.intervals,
                    folder,
                    stop,
                    scope);
            for (long step : settings.kept()) {
                long reached = run.train(out, step).step();
                if (reached < step) {
                    return;
                }
                if (reached > step) {
                    // Kept before the run was interrupted; these are no longer the weights of that step.
                    continue;
                }
                for (int task = 0; task < tasks.size(); task++) {
                    zoo.write(tasks.get(task).task().id(), step, objective.adapter(scope, task));
                }
            }
            Map<Integer, Validation.Score> scores = objective.scores();
            for (int task = 0; task < tasks.size(); task++) {
                zoo.finish(provenance(tasks.get(task), scores.get(task)));
            }
        }
        // The optimiser's state of these tasks is of no more use.
        Files.delete(TrainingRun.checkpoint(folder));
        Files.deleteIfExists(TrainingRun.best(folder));
    }

    private Zoo.Provenance provenance(TrainingTask task, Validation.Score score) {
        return new Zoo.Provenance(
                task.task().id(),
                base,
                shared.fingerprint(),
                settings.seed,
                settings.rate,
                settings.kept(),
                score.loss(),
                score.exact());
    }
}
