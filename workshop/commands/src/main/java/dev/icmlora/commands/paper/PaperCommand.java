package dev.icmlora.commands.paper;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import dev.icmlora.commands.options.GeneratorOptions;
import dev.icmlora.commands.options.SparkOption;
import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.paper.CvaeDecoder;
import dev.icmlora.trainer.paper.CvaeTraining;
import dev.icmlora.trainer.paper.FromCvae;
import dev.icmlora.trainer.paper.ZooRun;

/// `icm-lora paper`: trains a generator as the paper does, from adapters of single tasks. `make train` does without.
@Command(
        name = "paper",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains a generator as the paper does, on top of B0: an adapter of each training task, a CVAE that"
                        + " reconstructs them, and prior and decoder of that through the base model's loss. Each step is a"
                        + " command too; killed, it goes on where it was.",
        subcommands = {ZooCommand.class, CvaeCommand.class, FineTuneCommand.class})
public final class PaperCommand implements Callable<Integer> {
    @Mixin
    private TrainingOptions options;

    @Mixin
    private GeneratorOptions generator;

    @Mixin
    private SparkOption spark;

    @Override
    public Integer call() throws IOException {
        boolean finished = new ZooRun(options.settings(), ZooRun.LENGTH, ZooRun.KEEP).run(spark.runner(1), System.out)
                && new CvaeTraining(options.settings(), generator.settings(), CvaeTraining.TASKS, CvaeDecoder.HEADS)
                        .run(System.out)
                && new GeneratorTraining(options.settings(), generator.settings(), new FromCvae()).run(System.out);
        return TrainingOptions.exitCode(finished);
    }
}
