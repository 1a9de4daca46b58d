package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

import dev.icmlora.trainer.curriculum.Shard;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Trains an adapter of its own for each training task, from B0, into the zoo of the training folder.
///
/// @param length steps of each task's training
/// @param keep checkpoints to keep of each task
/// @param shard the part of the tasks that is trained
public record ZooRun(TrainingSettings training, int length, int keep, Shard shard) {

    /// What the paper's zoo is trained with by default.
    public static final int LENGTH = 60;
    public static final int KEEP = 5;

    /// Of a sample: a text takes no more of a step than several tasks do.
    private static final int MAX_TOKENS = 256;

    /// Trains those that the zoo lacks.
    ///
    /// @return whether it came to its end; else its process was asked to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training)) {
            List<TrainingTask> tasks = shard.of(session.curriculum().learned());
            String base = session.base().id().fingerprint();
            new ZooTraining(
                            session.model(),
                            base,
                            session.base().format(),
                            SharedAdapter.trained(
                                    session.folder(),
                                    TrainingRun.State.LAST,
                                    session.model().config(),
                                    base,
                                    session.manager()),
                            Zoo.in(session.folder()),
                            session.folder().resolve("zoo-run"),
                            new ZooTraining.Settings(
                                    ZooTraining.TOGETHER,
                                    length,
                                    keep,
                                    training.schedule().rate(),
                                    training.schedule().warmUp(),
                                    training.seed(),
                                    ZooTraining.mix(MAX_TOKENS),
                                    training.intervals()),
                            session.stop()::isRequested,
                            session.manager())
                    .train(tasks, out);
            return !session.stop().isRequested();
        }
    }
}
