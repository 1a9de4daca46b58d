package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.ggml.NativeCallException;

/// Hidden states of some of a decode's tokens, taken out of the graph at the nodes that hold them.
///
/// Where they are all that is wanted, the computation ends there: the layers behind and the product with the
/// vocabulary's matrix, a fifth of a small model's work, are never computed. llama.cpp's own way (`embeddings =
/// true`) gives the last layer's only, makes every position of a batch an output, and computes logits for each.
final class HiddenStates extends NodeObserver {
    /// What llama.cpp calls the output of the final norm, in every architecture that has one. It has a row for
    /// each output.
    private static final String LAST = "result_norm";

    /// The output of a layer, counted from 0. It has a row for each token.
    private static final String WITHIN = "l_out-";

    private static final double EPSILON = 1e-6;

    private final Map<String, Rows> nodes = new LinkedHashMap<>();
    private final boolean last;
    private final boolean ends;
    private BitSet wanted = new BitSet();

    /// What was read of a node.
    private record Rows(int layer, Map<Integer, float[]> ofToken) {}

    private HiddenStates(Collection<Integer> layers, int most, boolean last, boolean ends) {
        for (int layer : layers) {
            if (layer < 1 || layer > most) {
                throw new IllegalArgumentException(
                        "hidden states are taken after layer 1 to " + most + ", not " + layer);
            }
            nodes.put(last ? LAST : WITHIN + (layer - 1), new Rows(layer, new HashMap<>()));
        }
        this.last = last;
        this.ends = ends;
    }

    /// Those of a batch's outputs after one layer, behind which nothing is computed.
    ///
    /// @param layer 1 to `layers`
    static HiddenStates after(int layer, int layers) {
        return new HiddenStates(List.of(layer), layers, layer == layers, true);
    }

    /// Those of some tokens after some layers, beside the logits.
    ///
    /// @param watched 1 to `layers - 1`, in ascending order
    static HiddenStates beside(Collection<Integer> watched, int layers) {
        return new HiddenStates(watched, layers - 1, false, false);
    }

    /// Whether nothing but them is computed.
    boolean areAll() {
        return ends;
    }

    /// @throws NativeCallException if the context that is to give them does not compute them
    void requireNodes(ContextGraph graph) {
        for (String node : nodes.keySet()) {
            if (!graph.computes(node)) {
                throw new NativeCallException("llama_graph_reserve", 0, "the model's graph has no node " + node);
            }
        }
    }

    /// Forgets the decode before.
    ///
    /// @param tokens batch indices whose states are wanted, of a batch whose tokens llama.cpp computes in their
    /// order, as it does those of one sequence, and of several that share a memory
    void begin(BitSet tokens) {
        begin();
        wanted = tokens;
        nodes.values().forEach(rows -> rows.ofToken.clear());
    }

    /// @throws NativeCallException if the decode gave another number of states
    void requireAll() {
        requireNoFailure();
        nodes.forEach((node, rows) -> {
            if (rows.ofToken.size() != wanted.cardinality()) {
                throw new NativeCallException(
                        "llama_decode",
                        0,
                        rows.ofToken.size() + " hidden states at " + node + " in place of " + wanted.cardinality());
            }
        });
    }

    /// @param layer one of those that are taken
    float[] row(int layer, int batchIndex) {
        return nodes.values().stream()
                .filter(rows -> rows.layer == layer)
                .findFirst()
                .map(rows -> rows.ofToken.get(batchIndex))
                .orElseThrow(() -> new IllegalArgumentException(
                        "no hidden state after layer " + layer + " was wanted at position " + batchIndex))
                .clone();
    }

    @Override
    boolean isIdle() {
        return wanted.isEmpty();
    }

    @Override
    boolean wants(GgmlTensor node) {
        return nodes.containsKey(node.name());
    }

    @Override
    boolean take(GgmlTensor tensor) {
        Rows rows = nodes.get(tensor.name());
        int width = Math.toIntExact(tensor.ne(0));
        int count = Math.toIntExact(tensor.ne(1));
        long bytes = (long) width * count * Float.BYTES;
        try (Arena arena = CallArena.open()) {
            MemorySegment data = arena.allocate(bytes, Float.BYTES);
            GgmlBackendH.ggml_backend_tensor_get(tensor.struct(), data, 0, bytes);
            int token = last ? wanted.nextSetBit(0) : 0;
            for (int i = 0; i < count; i++) {
                if (wanted.get(token)) {
                    float[] row = new float[width];
                    MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, (long) i * width * Float.BYTES, row, 0, width);
                    rows.ofToken.put(token, last ? row : normalised(row));
                }
                token = last ? wanted.nextSetBit(token + 1) : token + 1;
            }
        }
        return !ends;
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
