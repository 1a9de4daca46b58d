package dev.icmlora.commands.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.commands.options.GeneratorOptions;
import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.generator.GeneratorTraining;

/// `icm-lora train-generator`: prior and decoder, on top of a finished B0.
@Command(
        name = "train-generator",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the generator (prior and decoder) through the base model's loss, on top of B0; killed, it"
                + " goes on where it was.")
public final class TrainGeneratorCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Mixin
    private GeneratorOptions generator;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Go on from an exported generator, which brings its own A and B0; its tasks may be others.")
    private Path from;

    @Override
    public Integer call() throws IOException {
        GeneratorTraining.Start start =
                from == null ? GeneratorTraining.Start.ZERO : new GeneratorTraining.FromFile(GeneratorFile.read(from));
        boolean finished = new GeneratorTraining(options.settings(), generator.settings(), start).run(System.out);
        return TrainingOptions.exitCode(finished);
    }
}
