package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.EvalCallback;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.ggml.NativeCallException;

/// The hidden states of a decode's outputs, taken out of the graph at the node that holds them. There the
/// computation ends: the layers behind it and the product with the vocabulary's matrix, a fifth of a small
/// model's work, are never computed.
///
/// llama.cpp's own way (`embeddings = true`) gives the last layer's only, makes every position of a batch an
/// output, and computes logits for each.
final class HiddenStates {
    /// What llama.cpp calls the output of the final norm, in every architecture that has one. It has a row for
    /// each output.
    private static final String LAST = "result_norm";

    /// The output of a layer, counted from 0. It has a row for each token of the micro-batch.
    private static final String WITHIN = "l_out-";

    private static final double EPSILON = 1e-6;

    private final MemorySegment callback;
    private final String node;
    private final boolean last;
    private final Map<Integer, float[]> rows = new HashMap<>();
    private BitSet outputs = new BitSet();
    /// The batch index of the row that comes next.
    private int next;

    private RuntimeException failure;

    private HiddenStates(String node, boolean last) {
        this.node = node;
        this.last = last;
        // Collected, not closed, with this object: see AdapterBank.
        this.callback = EvalCallback.pointer((tensor, ask, data) -> observe(tensor, ask), Arena.ofAuto());
    }

    /// @param layer 1 to `layers`
    static HiddenStates after(int layer, int layers) {
        if (layer < 1 || layer > layers) {
            throw new IllegalArgumentException("hidden states are taken after layer 1 to " + layers + ", not " + layer);
        }
        return layer == layers ? new HiddenStates(LAST, true) : new HiddenStates(WITHIN + (layer - 1), false);
    }

    /// What the context calls for each node. Valid as long as this object is reachable.
    MemorySegment callback() {
        return callback;
    }

    /// @throws NativeCallException if the context that is to give them does not compute them
    void requireNode(ContextGraph graph) {
        if (!graph.computes(node)) {
            throw new NativeCallException("llama_graph_reserve", 0, "the model's graph has no node " + node);
        }
    }

    /// Forgets the decode before.
    ///
    /// @param wanted batch indices, of a batch of one sequence: llama.cpp computes those in their order
    void begin(BitSet wanted) {
        outputs = wanted;
        next = last ? wanted.nextSetBit(0) : 0;
        rows.clear();
        failure = null;
    }

    /// @throws NativeCallException if the decode gave another number of states
    void requireAll() {
        if (failure != null) {
            throw failure;
        }
        if (rows.size() != outputs.cardinality()) {
            throw new NativeCallException(
                    "llama_decode",
                    0,
                    rows.size() + " hidden states at " + node + " in place of " + outputs.cardinality());
        }
    }

    float[] row(int batchIndex) {
        return rows.get(batchIndex).clone();
    }

    /// An exception that left an upcall would end the process.
    private boolean observe(MemorySegment address, boolean ask) {
        try {
            GgmlTensor tensor = GgmlTensor.at(address);
            if (ask) {
                return tensor.name().equals(node);
            }
            read(tensor);
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) {
            failure = new IllegalStateException("the hidden states could not be read", e);
        }
        return false;
    }

    /// One micro-batch.
    private void read(GgmlTensor tensor) {
        int width = Math.toIntExact(tensor.ne(0));
        int count = Math.toIntExact(tensor.ne(1));
        long bytes = (long) width * count * Float.BYTES;
        try (Arena arena = CallArena.open()) {
            MemorySegment data = arena.allocate(bytes, Float.BYTES);
            GgmlBackendH.ggml_backend_tensor_get(tensor.struct(), data, 0, bytes);
            for (int i = 0; i < count; i++) {
                if (outputs.get(next)) {
                    float[] row = new float[width];
                    MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, (long) i * width * Float.BYTES, row, 0, width);
                    rows.put(next, last ? row : normalised(row));
                }
                next = last ? outputs.nextSetBit(next + 1) : next + 1;
            }
        }
    }

    /// Divided by its root mean square: between layers the states of a few tokens are a hundred times as long as
    /// all others.
    private static float[] normalised(float[] row) {
        double square = 0;
        for (float value : row) {
            square += (double) value * value;
        }
        double scale = 1 / Math.sqrt(square / row.length + EPSILON);
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) (row[i] * scale);
        }
        return row;
    }
}
