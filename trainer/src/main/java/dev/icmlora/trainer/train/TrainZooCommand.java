package dev.icmlora.trainer.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;

import ai.djl.ndarray.NDManager;
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

    private static final int VALIDATION_QUERIES_A_TASK = 8;
    private static final PromptSampler.Mix MIX = new PromptSampler.Mix(0.15, 3, 6, 6, 0.8, 0.8, 512);

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

    @Override
    public Integer call() throws IOException {
        try (TrainingSession session = TrainingSession.open(options)) {
            SharedAdapter shared = SharedAdapter.trained(session);
            Zoo zoo = new Zoo(session.folder().resolve(ZOO));
            List<TrainingTask> left = session.curriculum().learned().stream()
                    .filter(task -> !zoo.holds(task.task().id()))
                    .toList();
            for (int from = 0; from < left.size() && !session.stop().isRequested(); from += together) {
                System.out.printf(
                        "%n%d of %d tasks to go%n",
                        left.size() - from, session.curriculum().learned().size());
                train(session, shared, zoo, left.subList(from, Math.min(left.size(), from + together)));
            }
        }
        return 0;
    }

    private void train(TrainingSession session, SharedAdapter shared, Zoo zoo, List<TrainingTask> tasks)
            throws IOException {
        String first = tasks.getFirst().task().id();
        Path folder = session.folder().resolve("zoo-run").resolve(first);
        try (NDManager scope = session.manager().newSubManager()) {
            ZooObjective objective = new ZooObjective(
                    session.model(),
                    shared,
                    tasks,
                    new PromptSampler(session.format(), MIX),
                    Validation.of(tasks, VALIDATION_QUERIES_A_TASK * tasks.size(), session.format()),
                    options.seed,
                    scope);
            TrainingRun run = new TrainingRun(
                    RunIdentity.of("zoo %s +%d %s".formatted(first, tasks.size() - 1, session.tasksHash()), tasks),
                    objective,
                    new Schedule(options.rate, Math.min(options.warmUp, length / 4), length, Double.MAX_VALUE),
                    options.intervals(),
                    folder,
                    session.stop()::isRequested,
                    scope);
            for (long step : kept()) {
                if (run.trainTo(System.out, step).step() < step) {
                    return;
                }
                for (int task = 0; task < tasks.size(); task++) {
                    zoo.write(tasks.get(task).task().id(), step, objective.adapter(scope, task));
                }
            }
            Map<Integer, Validation.Score> scores = objective.scores();
            for (int task = 0; task < tasks.size(); task++) {
                zoo.finish(provenance(session, tasks.get(task), scores.get(task)));
            }
        }
        // The optimiser's state of these tasks is of no more use.
        Files.delete(TrainingRun.checkpoint(folder));
        Files.deleteIfExists(TrainingRun.best(folder));
    }

    private Zoo.Provenance provenance(TrainingSession session, TrainingTask task, Validation.Score score)
            throws IOException {
        return new Zoo.Provenance(
                task.task().id(),
                session.baseModelId().fingerprint(),
                session.tasksHash(),
                options.curriculum.suiteSeed,
                options.seed,
                options.rate,
                kept(),
                score.loss(),
                score.exact());
    }

    /// The steps after which adapters are kept: equally far apart in the last third, the last one included.
    private List<Long> kept() {
        return LongStream.rangeClosed(1, keep)
                .map(i -> length - (keep - i) * length / (3L * keep))
                .distinct()
                .boxed()
                .toList();
    }
}
