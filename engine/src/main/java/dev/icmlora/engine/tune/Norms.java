package dev.icmlora.engine.tune;

import java.util.EnumMap;
import java.util.Map;

import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The norms of one layer, forwards and back. One that the architecture lacks changes nothing.
final class Norms {
    private final Graph graph;
    private final GradientOps ops;
    private final LayerWeights weights;
    private final float epsilon;
    private final Map<Norm, Tensor> inputs = new EnumMap<>(Norm.class);

    Norms(Graph graph, LayerWeights weights, float epsilon) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.weights = weights;
        this.epsilon = epsilon;
    }

    /// @param x `[features, ...]`
    Tensor forward(Norm norm, Tensor x) {
        inputs.put(norm, x);
        return weights.norm(norm)
                .map(weight -> graph.mul(graph.rmsNorm(x, epsilon), weight))
                .orElse(x);
    }

    /// The gradient of the input of [#forward], from that of the result.
    Tensor back(Norm norm, Tensor gradient) {
        return weights.norm(norm)
                .map(weight -> ops.rmsNormBack(graph.mul(gradient, weight), inputs.get(norm), epsilon))
                .orElse(gradient);
    }
}
