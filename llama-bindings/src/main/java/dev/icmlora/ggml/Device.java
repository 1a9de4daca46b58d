package dev.icmlora.ggml;

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
}
