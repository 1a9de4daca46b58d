package dev.icmlora.commands.paper;

import java.io.IOException;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.SparkOption;
import dev.icmlora.commands.options.TrainingOptions;
import dev.icmlora.trainer.paper.ZooRun;

/// `icm-lora paper zoo`: an adapter of its own for each training task, from B0.
@Command(
        name = "zoo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains an adapter for each training task by itself, many in one batch, and keeps several"
                + " checkpoints of each; killed, it goes on where it was.")
public final class ZooCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--length",
            paramLabel = "STEPS",
            description = "Steps of each task's training (default: ${DEFAULT-VALUE}).")
    private int length = ZooRun.LENGTH;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Checkpoints to keep of each task, in the last third of its training"
                    + " (default: ${DEFAULT-VALUE}).")
    private int keep = ZooRun.KEEP;

    @Mixin
    private SparkOption spark;

    @Override
    public Integer call() throws IOException {
        // The length of each task's training is --length.
        TrainingOptions.refuse(spec, "--minutes", "--steps", "--patience");
        boolean finished = new ZooRun(options.settings(), length, keep).run(spark.runner(1), System.out);
        return TrainingOptions.exitCode(finished);
    }
}
