package dev.icmlora.trainer.vectors;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.generator.vector.TaskVector;
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

    public static Standardization statistics(List<VectorPool> pools) {
        return Standardization.over(pools.stream()
                .flatMap(pool -> pool.vectors.stream())
                .map(Conditioning::vector)
                .toList());
    }
}
