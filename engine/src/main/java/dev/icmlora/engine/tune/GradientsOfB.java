package dev.icmlora.engine.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The results of a graph that tuning is about: the gradient of each B that a pass goes through.
final class GradientsOfB {
    private final Graph graph;
    private final LoraTensors lora;
    private final List<Part> parts = new ArrayList<>();
    private int layer;

    /// @param index of the B in the adapter's order
    /// @param gradient transposed, `[out, rank]`
    private record Part(int index, Tensor gradient) {}

    GradientsOfB(Graph graph, LoraTensors lora) {
        this.graph = graph;
        this.lora = lora;
    }

    /// The layer that comes next on the way back.
    void enter(int layer) {
        this.layer = layer;
    }

    /// @param gradient of the module's result
    void add(Linear linear, Module module, Tensor gradient) {
        Optional<Tensor> ofB = linear.gradientOfB(module, gradient);
        ofB.ifPresent(tensor -> {
            graph.output(tensor);
            parts.add(new Part(lora.index(layer, module).orElseThrow(), tensor));
        });
    }

    /// Adds all gradients, divided by a factor.
    ///
    /// @param sums of all B in the adapter's order, `[out][rank]` each
    void addTo(List<float[]> sums, float factor) {
        for (Part part : parts) {
            float[] sum = sums.get(part.index);
            float[] values = part.gradient.toFloats();
            int out = Math.toIntExact(part.gradient.shape()[0]);
            int rank = values.length / out;
            for (int r = 0; r < rank; r++) {
                for (int o = 0; o < out; o++) {
                    sum[o * rank + r] += values[r * out + o] / factor;
                }
            }
        }
    }
}
