package dev.icmlora.trainer.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.ggml.Backend;
import dev.icmlora.trainer.vectors.VectorPool;

/// The latents of the tasks that a generator was trained on.
public final class SeenLatents {
    private SeenLatents() {}

    /// For each task, the mean of the prior, averaged over the task's vectors.
    static List<float[]> of(GeneratorFile file, List<VectorPool> pools, int threads) {
        try (Backend backend = Backend.cpu(threads);
                Generator generator = Generator.load(file, backend)) {
            List<float[]> latents = new ArrayList<>();
            for (VectorPool pool : pools) {
                latents.add(average(Stream.concat(Stream.of(pool.probe()), pool.vectors().stream())
                        .map(VectorPool.Conditioning::vector)
                        .map(generator::latent)
                        .toList()));
            }
            return latents;
        }
    }

    private static float[] average(List<float[]> vectors) {
        float[] average = new float[vectors.getFirst().length];
        for (float[] vector : vectors) {
            for (int i = 0; i < average.length; i++) {
                average[i] += vector[i] / vectors.size();
            }
        }
        return average;
    }
}
