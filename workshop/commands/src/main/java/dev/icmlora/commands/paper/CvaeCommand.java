package dev.icmlora.commands.paper;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.icmlora.commands.options.GeneratorOptions;
import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.trainer.paper.CvaeDecoder;
import dev.icmlora.trainer.paper.CvaeTraining;

/// `icm-lora paper cvae`: encoder, prior and decoder, on the adapters of the zoo.
@Command(
        name = "cvae",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains the CVAE (encoder, prior and decoder) to reconstruct the adapters of the zoo; killed, it"
                + " goes on where it was.")
public final class CvaeCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Mixin
    private GeneratorOptions generator;

    @Option(names = "--tasks", description = "Tasks in a step (default: ${DEFAULT-VALUE}).")
    private int tasks = CvaeTraining.TASKS;

    @Option(
            names = "--decoder",
            description = "${COMPLETION-CANDIDATES}: the function's decoder, or encoder and decoder of twelve 1-D"
                    + " convolutions and the prior N(0, I) as in the paper, for comparison only (default:"
                    + " ${DEFAULT-VALUE}).")
    private CvaeDecoder decoder = CvaeDecoder.HEADS;

    @Override
    public Integer call() throws IOException {
        boolean finished = new CvaeTraining(options.settings(), generator.settings(), tasks, decoder).run(System.out);
        return TrainingOptions.exitCode(finished);
    }
}
