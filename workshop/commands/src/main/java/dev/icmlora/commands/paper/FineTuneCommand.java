package dev.icmlora.commands.paper;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import dev.icmlora.commands.options.GeneratorOptions;
import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.paper.FromCvae;

/// `icm-lora paper fine-tune`: prior and decoder of the CVAE, through the base model's loss.
@Command(
        name = "fine-tune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains prior and decoder of the CVAE through the base model's loss, as train-generator does from"
                + " zero; killed, it goes on where it was.")
public final class FineTuneCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Mixin
    private GeneratorOptions generator;

    @Override
    public Integer call() throws IOException {
        boolean finished =
                new GeneratorTraining(options.settings(), generator.settings(), new FromCvae()).run(System.out);
        return TrainingOptions.exitCode(finished);
    }
}
