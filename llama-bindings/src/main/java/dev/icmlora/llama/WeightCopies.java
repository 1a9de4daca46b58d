package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;

import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.NativeCallException;

/// Copies weights from Java's memory to wherever their tensors are. A GPU is given all copies of a call before it is
/// waited for once; on the CPU each is done at once.
///
/// Belongs to one thread at a time.
final class WeightCopies implements AutoCloseable {
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
