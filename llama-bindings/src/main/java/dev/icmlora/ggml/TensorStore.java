package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlH.GgmlInitParams;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;

/// Tensors that outlive a computation, weights above all: owns their descriptions and one buffer on a
/// backend. First [#create] all, then [#allocate] once, then set them. Belongs to one thread at a time;
/// graphs that use it keep it alive.
public final class TensorStore implements AutoCloseable {
    static final int USAGE_WEIGHTS = 1; // GGML_BACKEND_BUFFER_USAGE_WEIGHTS

    private final TensorPool pool;
    private final NativeHandle handle;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private MemorySegment buffer = MemorySegment.NULL;
    private List<NativeHandle> backends = List.of();

    private TensorStore(TensorPool pool) {
        this.pool = pool;
        this.handle = new NativeHandle("tensor store", pool.context(), this::free);
    }

    /// @param tensors most that will be created
    public static TensorStore ofCapacity(int tensors) {
        NativeLibraries.directory();
        return new TensorStore(new TensorPool(tensors, 0));
    }

    /// @param name unique in this store
    /// @param shape in ggml order, 1 to 4 dimensions
    /// @throws IllegalArgumentException if the name is taken or type and shape do not fit
    /// @throws IllegalStateException if the store is full, allocated or closed
    public Tensor create(String name, GgmlType type, long... shape) {
        handle.get();
        if (isAllocated()) {
            throw new IllegalStateException("this store is allocated already");
        }
        if (tensors.containsKey(name)) {
            throw new IllegalArgumentException("there is a tensor " + name + " already");
        }
        TensorInfo info = new TensorInfo(name, type, shape);
        Tensor tensor = new Tensor(handle, pool.create(info), info);
        tensors.put(name, tensor);
        return tensor;
    }

    public Optional<Tensor> tensor(String name) {
        handle.get();
        return Optional.ofNullable(tensors.get(name));
    }

    /// Gives all tensors memory on the backend. Their contents are undefined until set.
    ///
    /// @throws NativeCallException if the memory cannot be had
    public void allocate(Backend backend) {
        handle.get();
        if (isAllocated() || tensors.isEmpty()) {
            throw new IllegalStateException(isAllocated() ? "this store is allocated already" : "nothing to allocate");
        }
        MemorySegment allocated = GgmlBackendH.ggml_backend_alloc_ctx_tensors(pool.context(), backend.preferred());
        if (allocated.equals(MemorySegment.NULL)) {
            throw new NativeCallException("ggml_backend_alloc_ctx_tensors", 0, tensors.size() + " tensors");
        }
        GgmlBackendH.ggml_backend_buffer_set_usage(allocated, USAGE_WEIGHTS);
        buffer = allocated;
        backends = backend.all();
        backends.forEach(NativeHandle::hold);
    }

    /// Bytes of the buffer, 0 before [#allocate].
    public long bytes() {
        handle.get();
        return isAllocated() ? GgmlBackendH.ggml_backend_buffer_get_size(buffer) : 0;
    }

    private boolean isAllocated() {
        return !buffer.equals(MemorySegment.NULL);
    }

    private void free(MemorySegment context) {
        if (isAllocated()) {
            GgmlBackendH.ggml_backend_buffer_free(buffer);
        }
        GgmlH.ggml_free(context);
        backends.forEach(NativeHandle::drop);
    }

    @Override
    public void close() {
        handle.close();
    }

    /// A `ggml_context` that holds descriptions of tensors only, and counts them: ggml fails hard when its pool
    /// is full.
    static final class TensorPool {
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
}
