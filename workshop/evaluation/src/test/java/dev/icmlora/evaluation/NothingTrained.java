package dev.icmlora.evaluation;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.text.TextDomain;

/// No adapter is trained for any task; a latent is as far from the first one as its noise says.
record NothingTrained() implements TrainedAdapters {

    @Override
    public void train(List<SuiteTask> tasks, List<TextDomain> texts, PrintStream out) {
        throw new UnsupportedOperationException();
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
        return new Latents() {
            @Override
            public float[] draw(float[] vector, RandomGenerator random) {
                float[] latent = latents.getFirst().clone();
                for (int i = 0; i < latent.length; i++) {
                    latent[i] += (float) random.nextGaussian();
                }
                return latent;
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
