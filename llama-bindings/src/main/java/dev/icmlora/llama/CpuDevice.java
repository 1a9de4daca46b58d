package dev.icmlora.llama;

import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.ggml.Device.Type;
import dev.icmlora.ggml.MissingLibraryException;

/// The processors, as ggml's device.
final class CpuDevice {
    private CpuDevice() {}

    /// `ggml_backend_dev_t`, valid until the process ends.
    static MemorySegment get() {
        MemorySegment device = GgmlBackendH.ggml_backend_dev_by_type(Type.CPU.ordinal());
        if (device.equals(MemorySegment.NULL)) {
            throw new MissingLibraryException("no CPU backend was loaded", null);
        }
        return device;
    }
}
