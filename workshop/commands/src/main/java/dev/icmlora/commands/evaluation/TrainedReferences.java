package dev.icmlora.commands.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

import dev.icmlora.evaluation.TrainedAdapters;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.text.TextDomain;
import dev.icmlora.trainer.paper.LatentDiffusion;
import dev.icmlora.trainer.paper.References;

/// The evaluation's trained controls, by the trainer.
///
/// @param references closed with this
record TrainedReferences(References references) implements TrainedAdapters {

    @Override
    public void train(List<SuiteTask> tasks, List<TextDomain> texts, PrintStream out) throws IOException {
        references.train(tasks, texts, out);
    }

    @Override
    public Optional<List<NamedTensor>> own(SuiteTask task) {
        return references.own(task).reversed().stream().findFirst();
    }

    @Override
    public Optional<List<NamedTensor>> own(TextDomain domain) {
        return references.own(domain).reversed().stream().findFirst();
    }

    @Override
    public Latents latents(List<float[]> vectors, List<float[]> latents) {
        return new Diffused(references.diffusion(vectors, latents));
    }

    @Override
    public void close() {
        references.close();
    }

    private record Diffused(LatentDiffusion diffusion) implements Latents {

        @Override
        public float[] draw(float[] vector, RandomGenerator random) {
            return diffusion.draw(vector, random);
        }

        @Override
        public void close() {
            diffusion.close();
        }
    }
}
