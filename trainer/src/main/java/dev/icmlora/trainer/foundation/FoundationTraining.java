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
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.tasks.drawn.TaskDraws;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ExportedGenerator;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.generator.GeneratorSettings;
import dev.icmlora.trainer.generator.TrainedGenerator;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.vectors.Fingerprints;

/// Trains A, B0, rates and generator together, for what tuning makes of them.
///
/// @param training what every training is told
/// @param from a generator that it begins with; B0 of `train-b0` and no residual, if there is none
/// @param drawn share of tasks that nobody wrote
public record FoundationTraining(TrainingSettings training, Optional<GeneratorFile> from, double drawn) {

    public static final double DRAWN = 0.5;

    /// Seen tasks that validation tunes for.
    private static final int SEEN_TASKS = 14;

    /// Task vectors that the statistics are taken of.
    private static final int STATISTICS_VECTORS = 400;

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end, and was not told to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training);
                Fingerprints fingerprints = new Fingerprints(session.base(), vectorLayer(session))) {
            EpisodeSampler sampler = sampler(session);
            Standardization statistics =
                    from.map(GeneratorFile::statistics).orElseGet(() -> statistics(sampler, fingerprints));
            Function<Task, float[]> vectors = task -> statistics.apply(fingerprints.of(task));
            SharedAdapter shared = shared(session);
            try (GeneratorNetwork network = network(session, shared)) {
                TunedObjective objective = new TunedObjective(
                        session.model(),
                        new Foundation(shared, network),
                        sampler,
                        vectors,
                        validations(session, vectors),
                        TrainedGenerator.vectorArrays(vectorLayer(session), statistics, session.manager()),
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
            }
            return !session.stop().isRequested();
        }
    }

    private int vectorLayer(TrainingSession session) {
        return from.map(file -> file.manifest().architecture().vectorLayer())
                .orElseGet(() -> GeneratorSettings.DEFAULT
                        .vectorLayer()
                        .of(session.base().model()));
    }

    private EpisodeSampler sampler(TrainingSession session) {
        return new EpisodeSampler(
                session.format(),
                session.curriculum().tasks(),
                TaskDraws.of(TaskSuite.create(training.curriculum().suiteSeed()))::draw,
                EpisodeSampler.Mix.DEFAULT.withDrawn(drawn));
    }

    private Standardization statistics(EpisodeSampler sampler, Fingerprints fingerprints) {
        RandomGenerator random = StepRandom.of(training.seed(), -1);
        return Standardization.over(
                Stream.generate(() -> fingerprints.of(sampler.draw(random).condition(random)))
                        .limit(STATISTICS_VECTORS)
                        .toList());
    }

    private SharedAdapter shared(TrainingSession session) {
        if (from.isPresent()) {
            from.get()
                    .manifest()
                    .requireMatch(session.baseModelId(), session.format().fingerprint());
            return new ExportedGenerator(from.get()).shared(session.manager());
        }
        return SharedAdapter.trained(
                session.folder(),
                session.model().config(),
                session.baseModelId().fingerprint(),
                session.manager());
    }

    private GeneratorNetwork network(TrainingSession session, SharedAdapter shared) {
        GeneratorSettings usual = GeneratorSettings.DEFAULT;
        GeneratorArchitecture architecture = from.map(file -> file.manifest().architecture())
                .orElseGet(() -> new GeneratorArchitecture(
                        session.model().config().shape().width(),
                        vectorLayer(session),
                        usual.priorUnits(),
                        usual.latent(),
                        usual.decoderUnits(),
                        shared.layout()));
        GeneratorNetwork network = new GeneratorNetwork(architecture, shared, training.seed(), session.manager());
        from.ifPresent(file -> new ExportedGenerator(file).copyInto(network));
        return network;
    }

    private SequencedMap<String, TunedValidation> validations(
            TrainingSession session, Function<Task, float[]> vectors) {
        List<TrainingTask> seen = new ArrayList<>(session.curriculum().tasks());
        Collections.shuffle(seen, new SplittableRandom(training.seed()));
        SequencedMap<String, TunedValidation> validations = new LinkedHashMap<>();
        validations.put(
                TrainingSession.SEEN,
                TunedValidation.of(seen.subList(0, Math.min(SEEN_TASKS, seen.size())), session.format(), vectors));
        if (!session.curriculum().validation().isEmpty()) {
            validations.put(
                    TrainingSession.UNSEEN,
                    TunedValidation.of(session.curriculum().validation(), session.format(), vectors));
        }
        return validations;
    }

    private String settings(SharedAdapter shared) {
        return "from %s, rate %s, drawn %s, seed %d"
                .formatted(shared.fingerprint(), training.schedule().rate(), drawn, training.seed());
    }
}
