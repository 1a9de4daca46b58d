package dev.icmlora.commands.options;

import java.nio.file.Path;
import java.util.Optional;

import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModel.Precision;
import dev.icmlora.trainer.session.TrainingSettings;

/// Options of every training command.
public final class TrainingOptions {
    /// The exit code that shells have for Ctrl-C.
    private static final int INTERRUPTED = 130;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Where checkpoints, logs and task vectors go (default: .train beside models/).")
    private Path folder;

    @Option(
            names = "--minutes",
            description = "Training time until the learning rate has gone down to nothing, over all resumed parts"
                    + " (default: ${DEFAULT-VALUE}).")
    private double minutes = 30;

    @Option(names = "--steps", description = "The same in steps; whichever comes first ends the run.")
    private long steps = Long.MAX_VALUE;

    @Option(names = "--rate", description = "Greatest learning rate (default: ${DEFAULT-VALUE}).")
    private float rate = Schedule.RATE;

    @Option(names = "--seed", description = "Seed of initial weights and batches (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Mixin
    private CurriculumOptions curriculum;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--precision",
            description =
                    "Of the frozen weights: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, which measures them).")
    private Precision precision = Precision.FASTEST;

    @Option(names = "--validate-every", paramLabel = "STEPS", description = "default: ${DEFAULT-VALUE}")
    private int validateEvery = 100;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Stop when N validations in a row have brought nothing better (default: never).")
    private int patience = Integer.MAX_VALUE;

    public TrainingSettings settings() {
        return new TrainingSettings(
                Optional.ofNullable(folder),
                curriculum.settings(),
                new Schedule(rate, Schedule.WARM_UP, steps, minutes * 60, patience),
                seed,
                threads,
                precision,
                TrainingRun.Intervals.validating(validateEvery));
    }

    /// Refuses options that a command has with all others, and could only ignore.
    ///
    /// @throws IllegalArgumentException if one of them was given
    public static void refuse(CommandSpec command, String... names) {
        for (String name : names) {
            if (command.commandLine().getParseResult().hasMatchedOption(name)) {
                throw new IllegalArgumentException(name + " does nothing in " + command.qualifiedName());
            }
        }
    }

    /// The exit code of a training.
    ///
    /// @param finished whether it came to its end; else its process was asked to stop
    public static int exitCode(boolean finished) {
        return finished ? ExitCode.OK : INTERRUPTED;
    }
}
