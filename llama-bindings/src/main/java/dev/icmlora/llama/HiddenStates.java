package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.EvalCallback;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.ggml.NativeCallException;

/// The hidden states of a decode's outputs, taken out of the graph at the node that holds them. There the
/// computation ends: the product with the vocabulary's matrix, a fifth of a small model's work, is never
/// made.
///
/// llama.cpp's own way (`embeddings = true`) makes every position of a batch an output, and computes logits
/// for each.
final class HiddenStates {
    /// What llama.cpp calls the output of the final norm, in every architecture that has one.
    private static final String NODE = "result_norm";

    private final MemorySegment callback;
    private final List<float[]> rows = new ArrayList<>();
    private RuntimeException failure;

    HiddenStates() {
        // Collected, not closed, with this object: see LlamaContext.abortWhen.
        this.callback = EvalCallback.pointer((node, ask, data) -> observe(node, ask), Arena.ofAuto());
    }

    /// What the context calls for each node. Valid as long as this object is reachable.
    MemorySegment callback() {
        return callback;
    }

    /// Forgets the decode before.
    void begin() {
        rows.clear();
        failure = null;
    }

    /// @throws NativeCallException if the decode gave another number of states
    void requireRows(int expected) {
        if (failure != null) {
            throw failure;
        }
        if (rows.size() != expected) {
            throw new NativeCallException(
                    "llama_decode", 0, rows.size() + " hidden states at " + NODE + " in place of " + expected);
        }
    }

    /// @param index among the outputs, in the order of the batch
    float[] row(int index) {
        return rows.get(index).clone();
    }

    /// An exception that left an upcall would end the process.
    private boolean observe(MemorySegment node, boolean ask) {
        try {
            GgmlTensor tensor = GgmlTensor.at(node);
            if (ask) {
                return tensor.name().equals(NODE);
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
                float[] row = new float[width];
                MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, (long) i * width * Float.BYTES, row, 0, width);
                rows.add(row);
            }
        }
    }
}
