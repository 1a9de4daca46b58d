package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;

import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.ggml.TensorInfo;

/// An adapter whose weights are overwritten in place, in well under a millisecond: nothing is loaded,
/// allocated or rebuilt, and the contexts that it is attached to go on with the new weights at their next
/// decode.
///
/// llama.cpp has no function that hands out an adapter's tensors. They are found once, in the graph of a throw-away
/// context: the factors are sources of the nodes they take part in, under the names that the file gave them.
///
/// Belongs to one thread at a time together with the contexts it is attached to: writing weights under a
/// running decode gives an answer from two adapters. The memory of a context is not cleared: see
/// [LlamaContext]. Closing is ordered as for [LoraAdapter].
public final class ResidentAdapter implements AutoCloseable {
    private final LoraAdapter adapter;
    private final Map<String, Slot> slots;
    private final WeightCopies copies;

    private record Slot(TensorInfo info, GgmlTensor tensor) {}

    private ResidentAdapter(LoraAdapter adapter, Map<String, Slot> slots) {
        this.adapter = adapter;
        this.slots = slots;
        this.copies = new WeightCopies(
                slots.values().stream().map(Slot::tensor).toList(),
                slots.values().stream().mapToLong(slot -> slot.info.bytes()).summaryStatistics());
    }

    /// @param adapterGguf as [LoraAdapter#load] takes it; its weights are the first ones, its shapes and
    /// types stay
    /// @throws NativeCallException if llama.cpp refuses it, or a tensor takes no part in the model's
    /// computation
    public static ResidentAdapter create(LlamaModel model, byte[] adapterGguf) {
        LoraAdapter adapter = LoraAdapter.load(model, adapterGguf);
        try {
            return new ResidentAdapter(adapter, find(model, adapter));
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    private static Map<String, Slot> find(LlamaModel model, LoraAdapter adapter) {
        Map<String, GgmlTensor> seen = new HashMap<>();
        try (LlamaContext probe = LlamaContext.create(model, ContextOptions.of(256, 1))) {
            adapter.attach(probe, 1);
            probe.graph().leaves().forEach(leaf -> seen.put(leaf.name(), leaf));
        }
        Map<String, Slot> slots = new LinkedHashMap<>();
        adapter.tensors().forEach(tensor -> slots.put(tensor.name(), slot(tensor, seen.get(tensor.name()))));
        return slots;
    }

    private static Slot slot(TensorInfo wanted, GgmlTensor seen) {
        if (seen == null) {
            throw new NativeCallException("llama_graph_reserve", 0, "the model does not use " + wanted);
        }
        boolean same = seen.type() == wanted.type().id();
        long[] shape = wanted.shape();
        for (int i = 0; i < GgmlTensor.MAX_DIMENSIONS; i++) {
            same &= seen.ne(i) == (i < shape.length ? shape[i] : 1);
        }
        if (!same) {
            throw new NativeCallException("llama_graph_reserve", 0, "the model uses another tensor as " + wanted);
        }
        return new Slot(wanted, seen);
    }

    /// Makes this the only adapter of the context; done once, before many [#apply].
    ///
    /// @throws IllegalArgumentException if the context is of another model or the scale is not finite
    public void attach(LlamaContext context, float scale) {
        adapter.attach(context, scale);
    }

    /// Where one of the adapter's own tensors is, as the nodes of a graph name it.
    long address(String name) {
        return slots.get(name).tensor.struct().address();
    }

    /// Overwrites the named tensors; the others keep their weights. All are checked before the first is
    /// written, so a refused call has written nothing.
    ///
    /// @throws IllegalArgumentException if a name is unknown or given twice, or a type, shape or length
    /// differs
    public void apply(Collection<NamedTensor> tensors) {
        adapter.handle().get();
        Set<String> names = HashSet.newHashSet(tensors.size());
        for (NamedTensor tensor : tensors) {
            requireFits(tensor);
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("given twice: " + tensor.name());
            }
        }
        for (NamedTensor tensor : tensors) {
            copies.begin(slots.get(tensor.name()).tensor, tensor.data());
        }
        copies.finish();
    }

    /// The length is checked again: the arrays of a [NamedTensor] are shared with its maker.
    private void requireFits(NamedTensor tensor) {
        Slot slot = slots.get(tensor.name());
        if (slot == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name() + " in this adapter");
        }
        TensorInfo given = new TensorInfo(tensor.name(), tensor.type(), tensor.shape());
        if (!given.equals(slot.info)) {
            throw new IllegalArgumentException(given + " does not fit " + slot.info);
        }
        if (tensor.data().length != slot.info.bytes()) {
            throw new IllegalArgumentException(
                    slot.info + " takes " + slot.info.bytes() + " bytes, not " + tensor.data().length);
        }
    }

    @Override
    public void close() {
        copies.close();
        adapter.close();
    }

    /// Copies weights from Java's memory to wherever their tensors are. A GPU is given all copies of a call before it
    /// is waited for once; on the CPU each is done at once.
    ///
    /// Belongs to one thread at a time.
    private static final class WeightCopies implements AutoCloseable {
        private static final long ALIGNMENT = 64;

        /// One for each device that has such tensors, by the device's address. They only copy.
        private final Map<Long, NativeHandle> backends = new LinkedHashMap<>();

        /// By the tensor's address.
        private final Map<Long, NativeHandle> backendOf = new LinkedHashMap<>();

        /// Where data passes from Java to the library: it must stay as it is until a GPU has read it. Collected, not
        /// closed, with this object: see [AdapterBank].
        private final MemorySegment staging;

        /// Whether each copy is done at once, and the next one may have its place.
        private final boolean onCpu;

        private long staged;

        /// @param tensors with data
        /// @param bytes of each tensor
        /// @throws NativeCallException if a device does not start
        WeightCopies(Collection<GgmlTensor> tensors, LongSummaryStatistics bytes) {
            try {
                for (GgmlTensor tensor : tensors) {
                    MemorySegment device = device(tensor);
                    backendOf.put(
                            tensor.struct().address(),
                            backends.computeIfAbsent(device.address(), address -> start(device)));
                }
            } catch (RuntimeException e) {
                close();
                throw e;
            }
            this.onCpu = backends.keySet().equals(Set.of(ThreadPool.processors().address()));
            long together = onCpu ? bytes.getMax() : bytes.getSum() + ALIGNMENT * tensors.size();
            this.staging = Arena.ofAuto().allocate(together + ALIGNMENT, ALIGNMENT);
        }

        /// A device takes copies into buffers of its own type only, and ends the process at others; the CPU takes all.
        private static MemorySegment device(GgmlTensor tensor) {
            MemorySegment type = GgmlBackendH.ggml_backend_buffer_get_type(tensor.buffer());
            MemorySegment device = GgmlBackendH.ggml_backend_buft_get_device(type);
            boolean isItsOwn = !device.equals(MemorySegment.NULL)
                    && GgmlBackendH.ggml_backend_dev_buffer_type(device).equals(type);
            return isItsOwn ? device : ThreadPool.processors();
        }

        private static NativeHandle start(MemorySegment device) {
            MemorySegment backend = GgmlBackendH.ggml_backend_dev_init(device, MemorySegment.NULL);
            if (backend.equals(MemorySegment.NULL)) {
                throw new NativeCallException("ggml_backend_dev_init", 0, "for copies");
            }
            return new NativeHandle("backend", backend, GgmlBackendH::ggml_backend_free);
        }

        /// Begins to copy.
        ///
        /// @param target one of the tensors
        /// @param data as many bytes as it has; each tensor at most once until [#finish]
        void begin(GgmlTensor target, byte[] data) {
            MemorySegment copy = staging.asSlice(staged, data.length).copyFrom(MemorySegment.ofArray(data));
            staged += onCpu ? 0 : (data.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            MemorySegment backend = backendOf.get(target.struct().address()).get();
            GgmlBackendH.ggml_backend_tensor_set_async(backend, target.struct(), copy, 0, data.length);
        }

        /// Returns when everything is copied.
        void finish() {
            backends.values().forEach(backend -> GgmlBackendH.ggml_backend_synchronize(backend.get()));
            staged = 0;
        }

        @Override
        public void close() {
            backends.values().forEach(NativeHandle::close);
        }
    }
}
