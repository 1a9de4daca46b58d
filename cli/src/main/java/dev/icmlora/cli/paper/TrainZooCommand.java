package dev.icmlora.cli.paper;

import dev.icmlora.trainer.curriculum.Shard;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.paper.Zoo;
import dev.icmlora.trainer.paper.ZooTraining;
import dev.icmlora.trainer.session.TrainingOptions;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.shared.SharedAdapter;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `icm-lora train-zoo`: an adapter of its own for each training task, from B0.
@Command(
        name = "train-zoo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains an adapter for each training task by itself, many in one batch, and keeps several"
                + " checkpoints of each; killed, it goes on where it was.")
public final class TrainZooCommand implements Callable<Integer> {
    /// Folder of the adapters inside the training folder.
    static final String ZOO = "zoo";

    /// Of a sample: a text takes no more of a step than several tasks do.
    private static final int MAX_TOKENS = 256;

    @Mixin
    private TrainingOptions options;

    @Option(names = "--together", paramLabel = "N", description = "Tasks in one batch (default: ${DEFAULT-VALUE}).")
    private int together = 8;

    @Option(
            names = "--length",
            paramLabel = "STEPS",
            description = "Steps of each task's training (default: ${DEFAULT-VALUE}).")
    private int length = 60;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Checkpoints to keep of each task, in the last third of its training"
                    + " (default: ${DEFAULT-VALUE}).")
    private int keep = 5;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Only the I-th of N parts, I from 0 (default: what CLOUD_RUN_TASK_INDEX and _COUNT or"
                    + " JOB_COMPLETION_INDEX and _COUNT say, else everything).")
    private String shard;

    @Override
    public Integer call() throws IOException {
        Shard part = shard == null ? Shard.of(System.getenv()) : Shard.parse(shard);
        try (TrainingSession session = TrainingSession.open(options)) {
            List<TrainingTask> tasks = part.of(session.curriculum().learned());
            new ZooTraining(
                            session.model(),
                            session.baseModelId().fingerprint(),
                            session.format(),
                            SharedAdapter.trained(session),
                            new Zoo(session.folder().resolve(ZOO)),
                            session.folder().resolve("zoo-run"),
                            new ZooTraining.Settings(
                                    together,
                                    length,
                                    keep,
                                    options.rate,
                                    options.warmUp,
                                    options.seed,
                                    ZooTraining.mix(MAX_TOKENS),
                                    options.intervals()),
                            session.stop()::isRequested,
                            session.manager())
                    .train(tasks, System.out);
            return session.exitCode();
        }
    }
}
