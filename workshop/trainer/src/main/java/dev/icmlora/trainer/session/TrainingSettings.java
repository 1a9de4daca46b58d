package dev.icmlora.trainer.session;

import java.nio.file.Path;
import java.util.Optional;

import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModel.Precision;

/// The settings of every training.
///
/// @param folder for checkpoints, logs and task vectors; empty for `.train` beside `models/`
/// @param curriculum which tasks are trained on
/// @param schedule how long, and at which rate
/// @param seed of initial weights and batches
/// @param threads that compute
/// @param precision of the frozen weights
/// @param intervals between log lines, checkpoints and validations
public record TrainingSettings(
        Optional<Path> folder,
        CurriculumSettings curriculum,
        Schedule schedule,
        long seed,
        int threads,
        Precision precision,
        TrainingRun.Intervals intervals) {

    /// With the defaults of the command line.
    public static TrainingSettings of(
            Path folder, CurriculumSettings curriculum, Schedule schedule, int validateEvery) {
        return new TrainingSettings(
                Optional.of(folder),
                curriculum,
                schedule,
                1,
                Runtime.getRuntime().availableProcessors(),
                Precision.FASTEST,
                TrainingRun.Intervals.validating(validateEvery));
    }

    /// @param root of the installation
    public Path folder(Path root) {
        return folder.orElseGet(() -> root.resolve(".train"));
    }
}
