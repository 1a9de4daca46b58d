package dev.icmlora.trainer.vectors;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.trainer.curriculum.PromptSampler;

/// The task vectors of one task: one for validation and many for training.
///
/// @param probe of the first description and the first examples, as a client would send them
/// @param vectors of random descriptions and examples
public record VectorPool(Conditioning probe, List<Conditioning> vectors) {

    /// @param vector a task vector
    /// @param examples what it was made of; these must not be asked for under it
    public record Conditioning(TaskVector vector, Set<Example> examples) {}

    public Conditioning draw(RandomGenerator random) {
        return PromptSampler.pick(vectors, random);
    }

    /// Statistics over all vectors.
    public static Standardization statistics(List<VectorPool> pools) {
        List<float[]> vectors = pools.stream()
                .flatMap(pool -> pool.vectors.stream())
                .map(each -> each.vector().values())
                .toList();
        int length = vectors.getFirst().length;
        float[] mean = new float[length];
        float[] deviation = new float[length];
        for (int i = 0; i < length; i++) {
            double sum = 0;
            double squares = 0;
            for (float[] vector : vectors) {
                sum += vector[i];
                squares += (double) vector[i] * vector[i];
            }
            double average = sum / vectors.size();
            mean[i] = (float) average;
            deviation[i] = Math.max(Standardization.FLOOR, (float)
                    Math.sqrt(Math.max(0, squares / vectors.size() - average * average)));
        }
        return new Standardization(mean, deviation);
    }
}
