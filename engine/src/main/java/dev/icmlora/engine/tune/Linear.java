package dev.icmlora.engine.tune;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The matrices of one layer with their LoRA, forwards and back, and the gradients of B.
final class Linear {
    private final Graph graph;
    private final GradientOps ops;
    private final FrozenWeights weights;
    private final LoraTensors lora;
    private final int layer;
    /// Of adapted modules, what A made of the input.
    private final Map<Module, Tensor> reduced = new EnumMap<>(Module.class);
    /// Of adapted modules that were gone back through, the gradient of B, `[out, rank]`.
    private final Map<Module, Tensor> gradientsOfB = new EnumMap<>(Module.class);

    Linear(Graph graph, FrozenWeights weights, LoraTensors lora, int layer) {
        this.graph = graph;
        this.ops = new GradientOps(graph);
        this.weights = weights;
        this.lora = lora;
        this.layer = layer;
    }

    /// `W x + scale B A x + bias`, without the bias where there is none.
    Tensor forward(Module module, Tensor x) {
        Tensor y = adapted(module, x);
        return weights.layer(layer).bias(module).map(bias -> graph.add(y, bias)).orElse(y);
    }

    private Tensor adapted(Module module, Tensor x) {
        Tensor y = graph.mulMat(weights.layer(layer).matrix(module), x);
        Optional<LoraTensors.Pair> pair = pair(module);
        if (pair.isEmpty()) {
            return y;
        }
        Tensor low = graph.scale(graph.mulMat(pair.get().a(), x), lora.scale());
        reduced.put(module, low);
        return graph.add(y, graph.mulMat(pair.get().b(), low));
    }

    /// The gradient of the input of [#forward], from that of the result.
    Tensor back(Module module, Tensor gradient) {
        Tensor dx = graph.mulMat(weights.transposed(layer, module), gradient);
        Optional<LoraTensors.Pair> pair = pair(module);
        if (pair.isEmpty()) {
            return dx;
        }
        Tensor low = graph.scale(graph.mulMat(pair.get().bTransposed(), gradient), lora.scale());
        return graph.add(dx, graph.mulMat(pair.get().aTransposed(), low));
    }

    /// Has the graph compute the gradient of B, from that of the module's result; nothing if it is not adapted.
    void differentiate(Module module, Tensor gradient) {
        Tensor low = reduced.get(module);
        if (low != null) {
            Tensor ofB = ops.outProd(gradient, low);
            graph.output(ofB);
            gradientsOfB.put(module, ofB);
        }
    }

    /// Adds the computed gradients of B, divided by a factor.
    ///
    /// @param sums of all B in the adapter's order, `[out][rank]` each
    void addTo(List<float[]> sums, float factor) {
        gradientsOfB.forEach((module, ofB) -> {
            float[] sum = sums.get(lora.index(layer, module).orElseThrow());
            float[] values = ofB.toFloats();
            int out = Math.toIntExact(ofB.shape()[0]);
            int rank = values.length / out;
            for (int r = 0; r < rank; r++) {
                for (int o = 0; o < out; o++) {
                    sum[o * rank + r] += values[r * out + o] / factor;
                }
            }
        });
    }

    private Optional<LoraTensors.Pair> pair(Module module) {
        return lora.index(layer, module).map(lora::pair);
    }
}
