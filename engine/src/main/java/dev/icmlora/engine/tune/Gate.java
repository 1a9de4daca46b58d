package dev.icmlora.engine.tune;

import dev.icmlora.ggml.GradientOps;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;

/// The function of the gate in a feed-forward part.
public enum Gate {
    SILU {
        @Override
        Tensor gated(GradientOps ops, Tensor gate, Tensor up) {
            return ops.swiGlu(gate, up);
        }

        @Override
        Tensor value(Graph graph, Tensor gate) {
            return graph.silu(gate);
        }

        @Override
        Tensor back(GradientOps ops, Tensor gradient, Tensor gate) {
            return ops.siluBack(gradient, gate);
        }
    },
    GELU {
        @Override
        Tensor gated(GradientOps ops, Tensor gate, Tensor up) {
            return ops.geGlu(gate, up);
        }

        @Override
        Tensor value(Graph graph, Tensor gate) {
            return graph.gelu(gate);
        }

        @Override
        Tensor back(GradientOps ops, Tensor gradient, Tensor gate) {
            return ops.geluBack(gradient, gate);
        }
    };

    /// `value(gate) * up`.
    abstract Tensor gated(GradientOps ops, Tensor gate, Tensor up);

    abstract Tensor value(Graph graph, Tensor gate);

    /// The gradient of the gate, from that of its [#value].
    abstract Tensor back(GradientOps ops, Tensor gradient, Tensor gate);
}
