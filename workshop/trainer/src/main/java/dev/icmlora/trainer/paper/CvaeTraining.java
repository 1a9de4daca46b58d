package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.generator.ConditionalBatch.Learner;
import dev.icmlora.trainer.generator.GeneratorSettings;
import dev.icmlora.trainer.generator.GeneratorSetup;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;

/// Trains encoder, prior and decoder to reconstruct the adapters of the zoo.
///
/// @param tasks in a step
public record CvaeTraining(TrainingSettings training, GeneratorSettings generator, int tasks, CvaeDecoder decoder) {

    /// Folder of the run inside the training folder.
    public static final String RUN = "cvae";

    /// Tasks in a step by default.
    public static final int TASKS = 32;

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end; else its process was asked to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training)) {
            Zoo zoo = Zoo.in(session.folder());
            GeneratorSetup setup = GeneratorSetup.of(session, training, generator, Optional.empty());
            Map<String, List<String>> checkpoints = checkpoints(zoo, setup);
            List<Learner> learners = setup.learners().stream()
                    .filter(learner ->
                            !checkpoints.get(learner.task().task().id()).isEmpty())
                    .toList();
            if (learners.isEmpty()) {
                throw new IllegalArgumentException(
                        "the zoo in " + zoo.folder() + " is empty: run `icm-lora paper zoo` first");
            }
            try (Cvae cvae = cvae(session, setup)) {
                ReconstructionObjective objective = new ReconstructionObjective(
                        cvae,
                        setup.shared(),
                        zoo,
                        learners,
                        setup.examinations(),
                        new ReconstructionObjective.Settings(checkpoints, tasks, generator.kl(), training.seed()),
                        session.manager());
                List<TrainingTask> trained =
                        learners.stream().map(Learner::task).toList();
                return session.train(
                        session.identity(RUN, settings(setup), trained)
                                .after(setup.shared().learnedFrom()),
                        objective,
                        out);
            }
        }
    }

    private static Map<String, List<String>> checkpoints(Zoo zoo, GeneratorSetup setup) throws IOException {
        Map<String, List<String>> checkpoints = new LinkedHashMap<>();
        for (Learner learner : setup.learners()) {
            String task = learner.task().task().id();
            checkpoints.put(task, zoo.checkpoints(task, setup.shared().fingerprint()));
        }
        return checkpoints;
    }

    private Cvae cvae(TrainingSession session, GeneratorSetup setup) {
        return switch (decoder) {
            case HEADS -> new GeneratorCvae(setup.architecture(), setup.shared(), training.seed(), session.manager());
            case CONV ->
                new ConvolutionalCvae(setup.architecture(), setup.shared(), training.seed(), session.manager());
        };
    }

    private String settings(GeneratorSetup setup) {
        return "%s on %s, decoder %s, rate %s, %d tasks, seed %d"
                .formatted(
                        generator,
                        setup.shared().fingerprint(),
                        decoder,
                        training.schedule().rate(),
                        tasks,
                        training.seed());
    }
}
