package dev.icmlora.trainer.generator;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;

/// Trains prior and decoder through the base model's loss, on top of a finished B0.
///
/// @param training settings of every training
/// @param generator what else the networks are trained with
/// @param start what the networks begin with
public record GeneratorTraining(TrainingSettings training, GeneratorSettings generator, Start start) {

    /// Folder of the run inside the training folder.
    public static final String RUN = "generator";

    private static final int TASKS_PER_STEP = 8;
    private static final int TOKENS_PER_STEP = 1200;

    /// Share of a task vector's values that a step does not see.
    private static final double VECTOR_DROPOUT = 0.25;

    /// Some prompts have no description: the adapter alone must know the task.
    private static final PromptSampler.Mix MIX = new PromptSampler.Mix(0.25, 3, 8, 6, 0.85, 0.85, 512);

    /// What a training begins with.
    public interface Start {

        /// With dB = 0: every adapter is B0.
        Start ZERO = new Start() {
            @Override
            public String label() {
                return "from zero";
            }

            @Override
            public Optional<ExportedGenerator> generator(TrainingSession session) {
                return Optional.empty();
            }

            @Override
            public void give(TrainingSession session, GeneratorNetwork network) {
                // Its heads are zero already.
            }
        };

        /// Names a run that begins so.
        String label();

        /// The generator that brings A, B0 and statistics of its own, if it does.
        Optional<ExportedGenerator> generator(TrainingSession session);

        /// Gives the networks their first weights.
        void give(TrainingSession session, GeneratorNetwork network);
    }

    /// An exported generator, which brings its own A and B0; its tasks may be others.
    public record FromFile(GeneratorFile file) implements Start {
        @Override
        public String label() {
            return "from a generator";
        }

        @Override
        public Optional<ExportedGenerator> generator(TrainingSession session) {
            file.manifest()
                    .requireMatch(session.base().id(), session.base().format().fingerprint());
            return Optional.of(new ExportedGenerator(file));
        }

        @Override
        public void give(TrainingSession session, GeneratorNetwork network) {
            new ExportedGenerator(file).copyInto(network);
        }
    }

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end; else its process was asked to stop
    public boolean run(PrintStream out) throws IOException {
        try (TrainingSession session = TrainingSession.open(training)) {
            GeneratorSetup setup = GeneratorSetup.of(session, training, generator, start.generator(session));
            try (GeneratorNetwork network =
                    new GeneratorNetwork(setup.architecture(), setup.shared(), training.seed(), session.manager())) {
                start.give(session, network);
                return session.train(
                        session.identity(
                                        RUN,
                                        settings(setup),
                                        session.curriculum().learned())
                                .after(setup.shared().learnedFrom()),
                        objective(session, setup, network),
                        out);
            }
        }
    }

    private GeneratorObjective objective(TrainingSession session, GeneratorSetup setup, GeneratorNetwork network) {
        return new GeneratorObjective(
                session.model(),
                network,
                setup.shared(),
                session.curriculum().drawn(setup.learners()),
                new PromptSampler(session.base().format(), MIX),
                setup.examinations(),
                new GeneratorObjective.Settings(
                        TASKS_PER_STEP, TOKENS_PER_STEP, VECTOR_DROPOUT, generator.kl(), training.seed()),
                session.manager());
    }

    private String settings(GeneratorSetup setup) {
        return "%s on %s, %s, rate %s, seed %d"
                .formatted(
                        start.label(),
                        setup.shared().fingerprint(),
                        generator,
                        training.schedule().rate(),
                        training.seed());
    }
}
