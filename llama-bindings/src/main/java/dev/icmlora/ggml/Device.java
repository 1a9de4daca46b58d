package dev.icmlora.ggml;

/// A compute device at the moment it was asked.
///
/// @param name such as `CPU` or `CUDA0`
/// @param description such as the name of the chip
/// @param freeBytes memory free for use, 0 if the backend does not tell
/// @param totalBytes memory in all, 0 if the backend does not tell
public record Device(String name, String description, Type type, long freeBytes, long totalBytes) {
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
