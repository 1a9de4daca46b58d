package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// `struct llama_model_params` (llama.h, llama.cpp v0.5.0).
/// ```c
/// struct llama_model_params {
///     ggml_backend_dev_t * devices;
///     const struct llama_model_tensor_buft_override * tensor_buft_overrides;
///     int32_t n_gpu_layers;
///     enum llama_split_mode split_mode;
///     enum llama_load_mode  load_mode;
///     enum llama_lazy_mode lazy_mode;
///     int32_t main_gpu;
///     const float * tensor_split;
///     llama_progress_callback progress_callback;
///     void * progress_callback_user_data;
///     const struct llama_model_kv_override * kv_overrides;
///     bool vocab_only;
///     bool check_tensors;
///     bool use_extra_bufts;
///     bool no_host;
///     bool no_alloc;
///     bool load_mtp;
/// };
/// ```
public record LlamaModelParams(MemorySegment struct) {
    static final StructLayout LAYOUT = CStruct.of(
            "llama_model_params",
            ADDRESS.withName("devices"),
            ADDRESS.withName("tensor_buft_overrides"),
            JAVA_INT.withName("n_gpu_layers"),
            JAVA_INT.withName("split_mode"),
            JAVA_INT.withName("load_mode"),
            JAVA_INT.withName("lazy_mode"),
            JAVA_INT.withName("main_gpu"),
            ADDRESS.withName("tensor_split"),
            ADDRESS.withName("progress_callback"),
            ADDRESS.withName("progress_callback_user_data"),
            ADDRESS.withName("kv_overrides"),
            JAVA_BOOLEAN.withName("vocab_only"),
            JAVA_BOOLEAN.withName("check_tensors"),
            JAVA_BOOLEAN.withName("use_extra_bufts"),
            JAVA_BOOLEAN.withName("no_host"),
            JAVA_BOOLEAN.withName("no_alloc"),
            JAVA_BOOLEAN.withName("load_mtp"));

    // enum llama_load_mode
    static final int LOAD_MODE_MMAP = 1;

    private static final int ALL_LAYERS = -1;

    private static final long N_GPU_LAYERS = CStruct.offset(LAYOUT, "n_gpu_layers");
    private static final long LOAD_MODE = CStruct.offset(LAYOUT, "load_mode");
    private static final long USE_EXTRA_BUFTS = CStruct.offset(LAYOUT, "use_extra_bufts");

    /// If there is one.
    public void onGpu() {
        struct.set(JAVA_INT, N_GPU_LAYERS, ALL_LAYERS);
    }

    public void mapped() {
        struct.set(JAVA_INT, LOAD_MODE, LOAD_MODE_MMAP);
    }

    /// Extra buffer types hold repacked weights.
    public void notRepacked() {
        struct.set(JAVA_BOOLEAN, USE_EXTRA_BUFTS, false);
    }
}
