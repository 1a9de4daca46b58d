package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.ggml.Device.Type;

/// The compute devices of this machine that a loaded backend can use.
public final class Devices {
    private Devices() {}

    /// In ggml's order, which puts GPUs before the CPU.
    public static List<Device> list() {
        return pointers().stream().map(Devices::describe).toList();
    }

    static Optional<MemorySegment> first(Type... types) {
        return pointers().stream()
                .filter(device -> List.of(types).contains(type(device)))
                .findFirst();
    }

    private static List<MemorySegment> pointers() {
        NativeLibraries.directory();
        return LongStream.range(0, GgmlBackendH.ggml_backend_dev_count())
                .mapToObj(GgmlBackendH::ggml_backend_dev_get)
                .toList();
    }

    private static Device describe(MemorySegment device) {
        return new Device(CString.read(GgmlBackendH.ggml_backend_dev_description(device)), type(device));
    }

    private static Type type(MemorySegment device) {
        return Type.values()[GgmlBackendH.ggml_backend_dev_type(device)];
    }
}
