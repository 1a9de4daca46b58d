package dev.icmlora.generator.network;

import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The mean of the learned prior p(z | c) as a ggml graph, built once: c `[3 * hidden + 2]` to `[latent]`.
///
/// ICM-LoRA draws z from N(0, I) at generation (section 3.3); a learned prior is the third of our departures.
final class PriorNetwork implements AutoCloseable {
    private static final int TENSORS = 32;

    private final Standardization statistics;
    private final Graph graph;
    private final Tensor vector;
    private final Tensor mean;

    PriorNetwork(GeneratorArchitecture architecture, Standardization statistics, Weights weights, Backend backend) {
        this.statistics = statistics;
        this.graph = Graph.create(backend, TENSORS);
        this.vector = graph.input("task_vector", GgmlType.F32, TaskVector.length(architecture.hidden()));
        Tensor hidden = graph.silu(linear(weights, "prior.0", vector));
        this.mean = linear(weights, "prior.mean", hidden);
        graph.output(mean);
        graph.build();
    }

    private Tensor linear(Weights weights, String layer, Tensor x) {
        return graph.add(graph.mulMat(weights.get(layer + ".weight"), x), weights.get(layer + ".bias"));
    }

    float[] mean(TaskVector task) {
        vector.set(statistics.apply(task));
        graph.compute();
        return mean.toFloats();
    }

    @Override
    public void close() {
        graph.close();
    }
}
