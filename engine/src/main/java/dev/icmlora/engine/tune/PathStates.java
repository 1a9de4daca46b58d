package dev.icmlora.engine.tune;

import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;

/// Keys and values of the blocks on the way to the one that is computed, in every layer, and the gradients that
/// later blocks left for them.
final class PathStates implements AutoCloseable {
    private final TensorStore store;
    private final Tensor states;
    private final Tensor gradients;

    /// @param tokens most that there are on any way, 1 or more
    PathStates(BaseModelShape shape, int tokens, Backend backend) {
        store = TensorStore.ofCapacity(2);
        states = store.create("states", GgmlType.F32, shape.kvWidth(), tokens, 2L * shape.layers());
        gradients = store.create("gradients", GgmlType.F32, shape.kvWidth(), tokens, 2L * shape.layers());
        try {
            store.allocate(backend);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    Tensor keys(Graph graph, int layer, int from, int to) {
        return part(graph, states, 2 * layer, from, to);
    }

    Tensor values(Graph graph, int layer, int from, int to) {
        return part(graph, states, 2 * layer + 1, from, to);
    }

    Tensor keyGradients(Graph graph, int layer, int from, int to) {
        return part(graph, gradients, 2 * layer, from, to);
    }

    Tensor valueGradients(Graph graph, int layer, int from, int to) {
        return part(graph, gradients, 2 * layer + 1, from, to);
    }

    private static Tensor part(Graph graph, Tensor all, int index, int from, int to) {
        return graph.view(graph.view(all, 2, index, index + 1), 1, from, to);
    }

    long bytes() {
        return store.bytes();
    }

    @Override
    public void close() {
        store.close();
    }
}
