package dev.icmlora.trainer.generator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.Examinations.Scoring;
import dev.icmlora.trainer.session.BaseModelFiles;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.tasks.InProcess;
import dev.icmlora.trainer.tasks.TaskRunner;
import dev.icmlora.trainer.vectors.VectorPool;
import dev.icmlora.trainer.vectors.VectorPools;

/// B0, the task vectors of all tasks, and sizes that fit: the beginning of both trainings of a generator.
///
/// @param shared A and B0
/// @param learners the training tasks
/// @param examinations on held-back examples of training tasks, and on validation tasks
public record GeneratorSetup(
        SharedAdapter shared, GeneratorArchitecture architecture, List<Learner> learners, Examinations examinations) {

    /// @param from what to take A, B0 and statistics from; `train-b0` and the task vectors, if there is none
    /// @throws IOException when it is stopped before it has all task vectors
    public static GeneratorSetup of(
            TrainingSession session,
            TrainingSettings training,
            GeneratorSettings settings,
            Optional<ExportedGenerator> from)
            throws IOException {
        SharedAdapter shared = from.isPresent()
                ? from.get().shared(session.manager())
                : SharedAdapter.trained(
                        session.folder(),
                        training.schedule().state(),
                        session.model().config(),
                        session.base().id().fingerprint(),
                        session.manager());
        int vectorLayer = from.map(
                        exported -> exported.file().manifest().architecture().vectorLayer())
                .orElseGet(() -> settings.vectorLayer().of(session.base().model()));
        VectorPools pools = new VectorPools(
                BaseModelFiles.of(Installation.ofThisProcess()),
                vectorLayer,
                settings.vectors(),
                session.folder().resolve("vectors").toFile());
        TaskRunner here = new InProcess(training.threads());
        List<TrainingTask> learned = session.curriculum().learned();
        List<VectorPool> seen = pools.of(learned, here);
        List<VectorPool> unseen = pools.of(session.curriculum().validation(), here);
        Standardization statistics =
                from.map(exported -> exported.file().statistics()).orElseGet(() -> VectorPool.statistics(seen));
        List<Learner> learners = new ArrayList<>();
        for (int i = 0; i < seen.size(); i++) {
            learners.add(new Learner(learned.get(i), seen.get(i)));
        }
        List<VectorPool> answered = seen.subList(0, session.curriculum().tasks().size());
        SequencedMap<String, Scoring> examinations = new LinkedHashMap<>();
        session.validations()
                .forEach((name, validation) -> examinations.put(
                        name, new Scoring(validation, name.equals(TrainingSession.SEEN) ? answered : unseen)));
        return new GeneratorSetup(
                shared,
                new GeneratorArchitecture(
                        session.model().config().shape().width(),
                        vectorLayer,
                        GeneratorSettings.UNITS,
                        GeneratorSettings.LATENT,
                        GeneratorSettings.UNITS,
                        shared.layout()),
                learners,
                new Examinations(session.model(), vectorLayer, statistics, examinations));
    }
}
