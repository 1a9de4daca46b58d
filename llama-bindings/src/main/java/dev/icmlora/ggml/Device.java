package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;

/// A compute device.
///
/// @param description such as the name of the chip
public record Device(String description, Type type) {
    /// `enum ggml_backend_dev_type` (ggml-backend.h, llama.cpp v0.5.0) in its order.
    public enum Type {
        CPU,
        /// With its own memory.
        GPU,
        /// Uses host memory.
        INTEGRATED_GPU,
        /// Works together with the CPU, such as BLAS or AMX.
        ACCELERATOR,
        /// Stands for several others.
        META
    }

    /// The devices of this machine that a loaded backend can use, in ggml's order, which puts GPUs before the CPU.
    public static List<Device> list() {
        return pointers().stream().map(Device::describe).toList();
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
