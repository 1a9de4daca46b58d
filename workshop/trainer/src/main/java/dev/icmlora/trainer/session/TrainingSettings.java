package dev.icmlora.trainer.session;

import java.nio.file.Path;
import java.util.Optional;

import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModel.Precision;

/// What every training is told.
///
/// @param folder for checkpoints, logs and task vectors; empty for `.train` beside `models/`
/// @param curriculum which tasks are trained on
/// @param schedule how long, and at which rate
/// @param stopAfter steps after which to stop early; the next call goes on from there
/// @param seed of initial weights and batches
/// @param threads that compute
/// @param precision of the frozen weights
/// @param intervals between log lines, checkpoints and validations
public record TrainingSettings(
        Optional<Path> folder,
        CurriculumSettings curriculum,
        Schedule schedule,
        long stopAfter,
        long seed,
        int threads,
        Precision precision,
        TrainingRun.Intervals intervals) {

    /// Steps after which a training that is not stopped early would stop.
    public static final long NEVER = Integer.MAX_VALUE;

    /// With the defaults of the command line.
    public static TrainingSettings of(
            Path folder, CurriculumSettings curriculum, Schedule schedule, int validateEvery) {
        TrainingRun.Intervals usual = TrainingRun.Intervals.DEFAULT;
        return new TrainingSettings(
                Optional.of(folder),
                curriculum,
                schedule,
                NEVER,
                1,
                Runtime.getRuntime().availableProcessors(),
                Precision.FASTEST,
                new TrainingRun.Intervals(usual.log(), usual.checkpoint(), validateEvery));
    }

    Path folder(Path root) {
        return folder.orElseGet(() -> root.resolve(".train"));
    }
}
