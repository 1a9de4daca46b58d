package dev.icmlora.trainer.session;

import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;

import java.nio.file.Path;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.trainer.model.BaseModel.Precision;

/// Options of every training command.
final class TrainingOptions {
    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Where checkpoints, logs and task vectors go (default: .train beside models/).")
    private Path folder;

    @Option(
            names = "--minutes",
            description = "Training time until the learning rate has gone down to nothing, over all resumed parts"
                    + " (default: ${DEFAULT-VALUE}).")
    double minutes = 30;

    @Option(names = "--steps", description = "The same in steps; whichever comes first ends the run.")
    long steps = Long.MAX_VALUE;

    @Option(names = "--stop-after", paramLabel = "STEPS", description = "Stop early; the next call goes on from there.")
    long stopAfter = Integer.MAX_VALUE;

    @Option(names = "--rate", description = "Greatest learning rate (default: ${DEFAULT-VALUE}).")
    float rate = 1e-3f;

    @Option(names = "--warm-up", paramLabel = "STEPS", description = "Linear warm-up (default: ${DEFAULT-VALUE}).")
    int warmUp = 30;

    @Option(names = "--seed", description = "Seed of initial weights and batches (default: ${DEFAULT-VALUE}).")
    long seed = 1;

    @Mixin
    CurriculumOptions curriculum;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--precision",
            description = "Of the frozen weights: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Precision precision = Precision.BF16;

    @Option(names = "--log-every", paramLabel = "STEPS", description = "default: ${DEFAULT-VALUE}")
    private int logEvery = 10;

    @Option(names = "--checkpoint-every", paramLabel = "STEPS", description = "default: ${DEFAULT-VALUE}")
    private int checkpointEvery = 50;

    @Option(names = "--validate-every", paramLabel = "STEPS", description = "default: ${DEFAULT-VALUE}")
    private int validateEvery = 100;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop when N validations in a row have brought nothing better (default: never).")
    private int patience = Integer.MAX_VALUE;

    Path folder(Path root) {
        return folder == null ? root.resolve(".train") : folder;
    }

    Schedule schedule() {
        return new Schedule(rate, warmUp, steps, minutes * 60, patience);
    }

    TrainingRun.Intervals intervals() {
        return new TrainingRun.Intervals(logEvery, checkpointEvery, validateEvery);
    }
}
