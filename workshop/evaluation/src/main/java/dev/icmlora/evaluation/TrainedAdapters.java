package dev.icmlora.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.text.TextDomain;

/// Controls that are trained, by the caller: the evaluation itself knows no trainer.
///
/// Belongs to one thread.
public interface TrainedAdapters extends AutoCloseable {

    /// Where none is wanted.
    TrainedAdapters NONE = new TrainedAdapters() {
        @Override
        public void train(List<SuiteTask> tasks, List<TextDomain> texts, PrintStream out) {
            throw new IllegalStateException("nothing here trains adapters");
        }

        @Override
        public Optional<List<NamedTensor>> own(SuiteTask task) {
            return Optional.empty();
        }

        @Override
        public Optional<List<NamedTensor>> own(TextDomain domain) {
            return Optional.empty();
        }

        @Override
        public Latents latents(List<float[]> vectors, List<float[]> latents) {
            throw new IllegalStateException("nothing here learns latents");
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    };

    /// Trains on the training examples of each task and each text domain, those aside that training holds back.
    void train(List<SuiteTask> tasks, List<TextDomain> texts, PrintStream out) throws IOException;

    /// The B matrices at the end of a task's own training; empty if it was not trained.
    Optional<List<NamedTensor>> own(SuiteTask task);

    /// The same of a text domain.
    Optional<List<NamedTensor>> own(TextDomain domain);

    /// Learns where latents of tasks lie.
    ///
    /// @param vectors standardised task vectors, one a task
    /// @param latents one a task
    Latents latents(List<float[]> vectors, List<float[]> latents);

    @Override
    void close();

    /// Latents that were learned, not generated.
    interface Latents extends AutoCloseable {

        /// Draws a latent for a task.
        ///
        /// @param vector standardised
        /// @param random the noise that it is made from
        float[] draw(float[] vector, RandomGenerator random);

        @Override
        void close();
    }
}
