package dev.icmlora.trainer.generator;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.vectors.VectorDropout;

/// Trains prior and decoder through the base model's loss, on top of a finished B0.
///
/// @param training what every training is told
/// @param generator sizes of the networks, and their task vectors
/// @param batches what a step is made of
/// @param start what the networks begin with
public record GeneratorTraining(TrainingSettings training, GeneratorSettings generator, Batches batches, Start start) {

    /// Folder of the run inside the training folder.
    public static final String RUN = "generator";

    /// @param tasks in a step
    /// @param tokens of a step's prompts
    /// @param queries in a sample of them
    /// @param packed share of packed in-context sequences
    /// @param foreign share of the packed sequences that are of another task than the adapter, so that an adapter
    /// still reads what examples say
    /// @param described share of prompts with the description; else the adapter alone must know the task
    /// @param vectorDropout share of a task vector's values that a step does not see
    /// @param textWeight a text domain is drawn as often as so many tasks
    public record Batches(
            int tasks,
            int tokens,
            int queries,
            double packed,
            double foreign,
            double described,
            double vectorDropout,
            int textWeight) {
        public static final Batches DEFAULT = new Batches(8, 1200, 6, 0.25, 0, 0.85, 0.25, 4);
    }

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
            file.manifest().requireMatch(session.base().id(), session.base().format().fingerprint());
            return Optional.of(new ExportedGenerator(file));
        }

        @Override
        public void give(TrainingSession session, GeneratorNetwork network) {
            new ExportedGenerator(file).copyInto(network);
        }
    }

    /// Goes on from the last checkpoint, if there is one.
    ///
    /// @return whether it came to its end, and was not told to stop
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
        PromptSampler.Mix mix =
                new PromptSampler.Mix(batches.packed, 3, 8, batches.queries, batches.described, batches.described, 512);
        return new GeneratorObjective(
                session.model(),
                network,
                setup.shared(),
                session.curriculum().drawn(setup.learners(), batches.textWeight),
                new PromptSampler(session.base().format(), mix),
                setup.examinations(),
                new GeneratorObjective.Settings(
                        batches.tasks,
                        batches.tokens,
                        new VectorDropout(batches.vectorDropout),
                        batches.foreign,
                        generator.kl(),
                        training.seed()),
                session.manager());
    }

    private String settings(GeneratorSetup setup) {
        return ("%s on %s, %s, %d units, rate %s, %d tasks of %d tokens, %d queries, packed %s, foreign %s, described %s,"
                        + " dropout %s, texts %d times, seed %d")
                .formatted(
                        start.label(),
                        setup.shared().fingerprint(),
                        generator,
                        generator.decoderUnits(),
                        training.schedule().rate(),
                        batches.tasks,
                        batches.tokens,
                        batches.queries,
                        batches.packed,
                        batches.foreign,
                        batches.described,
                        batches.vectorDropout,
                        batches.textWeight,
                        training.seed());
    }
}
