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

/// `icm-lora train-foundation`: A, B0, rates and generator, for what tuning makes of them.
@Command(
        name = "train-foundation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains A, B0 and generator on together, so that an adapter tuned from them on a few examples answers"
                        + " well; killed, it goes on where it was.")
public final class TrainFoundationCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Begin with an exported generator (default: with A and B0 of train-b0, and no residual).")
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
