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
import java.util.function.Function;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.TuningRates;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.tasks.drawn.TaskDraws;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.generator.GeneratorExport;
import dev.icmlora.trainer.generator.GeneratorExport.Source;
import dev.icmlora.trainer.generator.GeneratorExport.State;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.vectors.Fingerprints;

/// Trains A, B0 and generator on together.
///
/// @param training what every training is told
/// @param from a generator that it goes on from; what `train-generator` left in the folder, if there is none
/// @param drawn share of tasks that nobody wrote
public record FoundationTraining(TrainingSettings training, Optional<GeneratorFile> from, double drawn) {

    /// Folder of the run inside the training folder.
    public static final String RUN = "foundation";

    public static final double DRAWN = 0.5;

    /// Seen tasks that validation tunes for.
    private static final int SEEN_TASKS = 14;

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end, and was not told to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training)) {
            GeneratorFile begin = from.orElseGet(() -> trained(session));
            begin.manifest()
                    .requireMatch(session.baseModelId(), session.format().fingerprint());
            GeneratorArchitecture architecture = begin.manifest().architecture();
            Standardization statistics = begin.statistics();
            ExportedGenerator exported = new ExportedGenerator(begin);
            SharedAdapter shared = exported.shared(session.manager());
            try (Fingerprints fingerprints = new Fingerprints(session.base(), architecture.vectorLayer());
                    GeneratorNetwork network =
                            new GeneratorNetwork(architecture, shared, training.seed(), session.manager())) {
                exported.copyInto(network);
                Function<Task, float[]> vectors = task -> statistics.apply(fingerprints.of(task));
                FoundationObjective objective = new FoundationObjective(
                        session.model(),
                        new Foundation(shared, network),
                        sampler(session),
                        vectors,
                        validations(session, vectors, tuningRates(session, architecture)),
                        TrainedGenerator.vectorArrays(architecture.vectorLayer(), statistics, session.manager()),
                        FoundationObjective.Settings.of(training.seed()),
                        session.manager());
                new TrainingRun(
                                session.identity(
                                        RUN,
                                        settings(shared),
                                        session.curriculum().learned()),
                                objective,
                                training.schedule(),
                                training.intervals(),
                                session.folder().resolve(RUN),
                                session.stop()::isRequested,
                                session.manager())
                        .train(out, training.stopAfter());
            }
            return !session.stop().isRequested();
        }
    }

    private static GeneratorFile trained(TrainingSession session) {
        return GeneratorExport.trained(
                session.folder(),
                new Source.Trained(GeneratorTraining.RUN, State.LAST, GeneratorExport.DEFAULT_NAME),
                session.base());
    }

    private EpisodeSampler sampler(TrainingSession session) {
        Curriculum curriculum = session.curriculum();
        return new EpisodeSampler(
                session.format(),
                curriculum.drawn(curriculum.learned(), GeneratorTraining.Batches.DEFAULT.textWeight()),
                TaskDraws.of(TaskSuite.create(training.curriculum().suiteSeed()))::draw,
                EpisodeSampler.Mix.DEFAULT.withDrawn(drawn));
    }

    private static List<Float> tuningRates(TrainingSession session, GeneratorArchitecture architecture) {
        return TuningRates.FROM_TRAINED.of(session.base().gains(architecture.adapter()));
    }

    private SequencedMap<String, TunedValidation> validations(
            TrainingSession session, Function<Task, float[]> vectors, List<Float> rates) {
        List<TrainingTask> seen = new ArrayList<>(session.curriculum().tasks());
        Collections.shuffle(seen, new SplittableRandom(training.seed()));
        SequencedMap<String, TunedValidation> validations = new LinkedHashMap<>();
        validations.put(
                TrainingSession.SEEN,
                TunedValidation.of(
                        seen.subList(0, Math.min(SEEN_TASKS, seen.size())), session.format(), vectors, rates));
        if (!session.curriculum().validation().isEmpty()) {
            validations.put(
                    TrainingSession.UNSEEN,
                    TunedValidation.of(session.curriculum().validation(), session.format(), vectors, rates));
        }
        return validations;
    }

    private String settings(SharedAdapter shared) {
        return "on %s, rate %s, drawn %s, seed %d"
                .formatted(shared.fingerprint(), training.schedule().rate(), drawn, training.seed());
    }
}
