package dev.icmlora.trainer.foundation;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;

import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.tasks.drawn.TaskDraws;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapter;

/// Trains A and B0 on, for what tuning makes of them.
///
/// @param training what every training is told
/// @param from a generator whose A and B0 it begins with; those of `train-b0`, if there is none
/// @param drawn share of tasks that nobody wrote
public record FoundationTraining(TrainingSettings training, Optional<GeneratorFile> from, double drawn) {

    public static final double DRAWN = 0.5;

    /// Seen tasks that validation tunes for.
    private static final int SEEN_TASKS = 28;

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end, and was not told to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training)) {
            SharedAdapter shared = from.isPresent()
                    ? new ExportedGenerator(from.get()).shared(session.manager())
                    : SharedAdapter.trained(
                            session.folder(),
                            session.model().config(),
                            session.baseModelId().fingerprint(),
                            session.manager());
            EpisodeSampler.Mix usual = EpisodeSampler.Mix.DEFAULT;
            EpisodeSampler sampler = new EpisodeSampler(
                    session.format(),
                    session.curriculum().tasks(),
                    TaskDraws.of(TaskSuite.create(training.curriculum().suiteSeed()))::draw,
                    new EpisodeSampler.Mix(
                            drawn,
                            usual.kinds(),
                            usual.described(),
                            usual.most(),
                            usual.questions(),
                            usual.maxTokens()));
            TunedObjective objective = new TunedObjective(
                    session.model(),
                    shared,
                    sampler,
                    validations(session),
                    TunedObjective.Settings.of(training.seed()),
                    session.manager());
            new TrainingRun(
                            session.identity(
                                    SharedAdapter.FOUNDATION,
                                    settings(shared),
                                    session.curriculum().tasks()),
                            objective,
                            training.schedule(),
                            training.intervals(),
                            session.folder().resolve(SharedAdapter.FOUNDATION),
                            session.stop()::isRequested,
                            session.manager())
                    .train(out, training.stopAfter());
            return !session.stop().isRequested();
        }
    }

    private SequencedMap<String, TunedValidation> validations(TrainingSession session) {
        List<TrainingTask> seen = new ArrayList<>(session.curriculum().tasks());
        Collections.shuffle(seen, new SplittableRandom(training.seed()));
        SequencedMap<String, TunedValidation> validations = new LinkedHashMap<>();
        validations.put(
                TrainingSession.SEEN,
                TunedValidation.of(seen.subList(0, Math.min(SEEN_TASKS, seen.size())), session.format()));
        if (!session.curriculum().validation().isEmpty()) {
            validations.put(
                    TrainingSession.UNSEEN,
                    TunedValidation.of(session.curriculum().validation(), session.format()));
        }
        return validations;
    }

    private String settings(SharedAdapter shared) {
        return "from %s, rate %s, drawn %s, seed %d"
                .formatted(shared.fingerprint(), training.schedule().rate(), drawn, training.seed());
    }
}
