package dev.icmlora.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.cli.options.TrainingOptions;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.foundation.FoundationTraining;

/// `icm-lora train-foundation`: A, B0, prior and decoder together, on drawn tasks too.
@Command(
        name = "train-foundation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains A, B0 and generator on together, on the suite's tasks and on tasks that nobody wrote; killed, it"
                        + " goes on where it was.")
public final class TrainFoundationCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Go on from an exported generator (default: from what train-generator left).")
    private Path from;

    @Option(
            names = "--drawn",
            paramLabel = "SHARE",
            description = "Share of tasks that nobody wrote (default: ${DEFAULT-VALUE}).")
    private double drawn = FoundationTraining.DRAWN;

    @Override
    public Integer call() throws IOException {
        var training = new FoundationTraining(
                options.settings(), Optional.ofNullable(from).map(GeneratorFile::read), drawn);
        return TrainingOptions.exitCode(training.run(System.out));
    }
}
