package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlH.GgmlInitParams;
import dev.icmlora.capi.GgmlTensor;

/// A `ggml_context` that holds descriptions of tensors only, and counts them: ggml fails hard when its pool
/// is full.
final class TensorPool {
    private static final int MAX_TENSORS = 1 << 20;

    private final MemorySegment context;
    private final int capacity;
    private int size;

    /// @param extraBytes beside the tensors, for a graph
    TensorPool(int capacity, long extraBytes) {
        if (capacity < 1 || capacity > MAX_TENSORS) {
            throw new IllegalArgumentException("capacity is 1 to " + MAX_TENSORS + " tensors, not " + capacity);
        }
        this.capacity = capacity;
        try (Arena arena = CallArena.open()) {
            long bytes = GgmlH.ggml_tensor_overhead() * capacity + extraBytes;
            this.context = GgmlH.ggml_init(GgmlInitParams.noAlloc(arena, bytes));
        }
        if (context.equals(MemorySegment.NULL)) {
            throw new NativeCallException("ggml_init", 0, capacity + " tensors");
        }
    }

    MemorySegment context() {
        return context;
    }

    /// To be called before each C function that makes a tensor.
    void claim() {
        if (size == capacity) {
            throw new IllegalStateException("full: " + capacity + " tensors were announced");
        }
        size++;
    }

    GgmlTensor create(TensorInfo info) {
        if (info.name().indexOf('\0') >= 0) {
            throw new IllegalArgumentException("name contains U+0000");
        }
        if (info.elements() == 0) {
            throw new IllegalArgumentException("an empty tensor: " + info);
        }
        claim();
        try (Arena arena = CallArena.open()) {
            long[] shape = info.shape();
            MemorySegment ne = arena.allocateFrom(ValueLayout.JAVA_LONG, shape);
            GgmlTensor tensor =
                    GgmlTensor.at(GgmlH.ggml_new_tensor(context, info.type().id(), shape.length, ne));
            GgmlH.ggml_set_name(tensor.struct(), arena.allocateFrom(info.name()));
            return tensor;
        }
    }
}
