package dev.icmlora.llama;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;

/// The kind of memory that llama.cpp keeps a tensor in.
final class BufferType {
    private final MemorySegment type;

    private BufferType(MemorySegment type) {
        this.type = type;
    }

    /// @param tensor with data
    static BufferType of(GgmlTensor tensor) {
        return of(tensor.buffer());
    }

    static BufferType of(MemorySegment buffer) {
        return new BufferType(GgmlBackendH.ggml_backend_buffer_get_type(buffer));
    }

    /// The device whose own kind it is.
    Optional<MemorySegment> device() {
        MemorySegment device = GgmlBackendH.ggml_backend_buft_get_device(type);
        boolean isItsOwn = !device.equals(MemorySegment.NULL)
                && GgmlBackendH.ggml_backend_dev_buffer_type(device).equals(type);
        return isItsOwn ? Optional.of(device) : Optional.empty();
    }

    /// Whether it is what C allocates for everything: pages of the process alone, and of no file or device.
    boolean isHeap() {
        return "CPU".equals(CString.read(GgmlBackendH.ggml_backend_buft_name(type)));
    }
}
