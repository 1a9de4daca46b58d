package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// `struct llama_context_params` (llama.h, llama.cpp v0.5.0).
/// ```c
/// struct llama_context_params {
///     uint32_t n_ctx;
///     uint32_t n_batch;
///     uint32_t n_ubatch;
///     uint32_t n_seq_max;
///     uint32_t n_rs_seq;
///     uint32_t n_outputs_max;
///     uint32_t n_outputs_max_per_seq;
///     int32_t  n_threads;
///     int32_t  n_threads_batch;
///     enum llama_context_type      ctx_type;
///     enum llama_rope_scaling_type rope_scaling_type;
///     enum llama_pooling_type      pooling_type;
///     enum llama_attention_type    attention_type;
///     enum llama_flash_attn_type   flash_attn_type;
///     float    rope_freq_base;
///     float    rope_freq_scale;
///     float    yarn_ext_factor;
///     float    yarn_attn_factor;
///     float    yarn_beta_fast;
///     float    yarn_beta_slow;
///     uint32_t yarn_orig_ctx;
///     float    defrag_thold;
///     ggml_backend_sched_eval_callback cb_eval;
///     void * cb_eval_user_data;
///     enum ggml_type type_k;
///     enum ggml_type type_v;
///     ggml_abort_callback abort_callback;
///     void *              abort_callback_data;
///     bool embeddings;
///     bool offload_kqv;
///     bool no_perf;
///     bool op_offload;
///     bool swa_full;
///     bool kv_unified;
///     struct llama_sampler_seq_config * samplers;
///     size_t                            n_samplers;
///     struct llama_context * ctx_other;
/// };
/// ```
public record LlamaContextParams(MemorySegment struct) {
    static final StructLayout LAYOUT = CStruct.of(
            "llama_context_params",
            JAVA_INT.withName("n_ctx"),
            JAVA_INT.withName("n_batch"),
            JAVA_INT.withName("n_ubatch"),
            JAVA_INT.withName("n_seq_max"),
            JAVA_INT.withName("n_rs_seq"),
            JAVA_INT.withName("n_outputs_max"),
            JAVA_INT.withName("n_outputs_max_per_seq"),
            JAVA_INT.withName("n_threads"),
            JAVA_INT.withName("n_threads_batch"),
            JAVA_INT.withName("ctx_type"),
            JAVA_INT.withName("rope_scaling_type"),
            JAVA_INT.withName("pooling_type"),
            JAVA_INT.withName("attention_type"),
            JAVA_INT.withName("flash_attn_type"),
            JAVA_FLOAT.withName("rope_freq_base"),
            JAVA_FLOAT.withName("rope_freq_scale"),
            JAVA_FLOAT.withName("yarn_ext_factor"),
            JAVA_FLOAT.withName("yarn_attn_factor"),
            JAVA_FLOAT.withName("yarn_beta_fast"),
            JAVA_FLOAT.withName("yarn_beta_slow"),
            JAVA_INT.withName("yarn_orig_ctx"),
            JAVA_FLOAT.withName("defrag_thold"),
            ADDRESS.withName("cb_eval"),
            ADDRESS.withName("cb_eval_user_data"),
            JAVA_INT.withName("type_k"),
            JAVA_INT.withName("type_v"),
            ADDRESS.withName("abort_callback"),
            ADDRESS.withName("abort_callback_data"),
            JAVA_BOOLEAN.withName("embeddings"),
            JAVA_BOOLEAN.withName("offload_kqv"),
            JAVA_BOOLEAN.withName("no_perf"),
            JAVA_BOOLEAN.withName("op_offload"),
            JAVA_BOOLEAN.withName("swa_full"),
            JAVA_BOOLEAN.withName("kv_unified"),
            ADDRESS.withName("samplers"),
            JAVA_LONG.withName("n_samplers"),
            ADDRESS.withName("ctx_other"));

    private static final int LLAMA_POOLING_TYPE_NONE = 0;

    private static final long N_CTX = CStruct.offset(LAYOUT, "n_ctx");
    private static final long N_BATCH = CStruct.offset(LAYOUT, "n_batch");
    private static final long N_UBATCH = CStruct.offset(LAYOUT, "n_ubatch");
    private static final long N_SEQ_MAX = CStruct.offset(LAYOUT, "n_seq_max");
    private static final long N_THREADS = CStruct.offset(LAYOUT, "n_threads");
    private static final long N_THREADS_BATCH = CStruct.offset(LAYOUT, "n_threads_batch");
    private static final long POOLING_TYPE = CStruct.offset(LAYOUT, "pooling_type");
    private static final long EMBEDDINGS = CStruct.offset(LAYOUT, "embeddings");
    private static final long CB_EVAL = CStruct.offset(LAYOUT, "cb_eval");
    private static final long KV_UNIFIED = CStruct.offset(LAYOUT, "kv_unified");

    /// @param batch is computed at once
    public void tokens(int context, int batch) {
        struct.set(JAVA_INT, N_CTX, context);
        struct.set(JAVA_INT, N_BATCH, batch);
        struct.set(JAVA_INT, N_UBATCH, batch);
    }

    public void maxSequences(int sequences) {
        struct.set(JAVA_INT, N_SEQ_MAX, sequences);
    }

    public void threads(int threads) {
        struct.set(JAVA_INT, N_THREADS, threads);
        struct.set(JAVA_INT, N_THREADS_BATCH, threads);
    }

    public void unifiedKv(boolean unified) {
        struct.set(JAVA_BOOLEAN, KV_UNIFIED, unified);
    }

    /// Gives the hidden state of each token, after the model's last layer, in place of logits.
    public void tokenStates() {
        struct.set(JAVA_BOOLEAN, EMBEDDINGS, true);
        struct.set(JAVA_INT, POOLING_TYPE, LLAMA_POOLING_TYPE_NONE);
    }

    public void evalCallback(MemorySegment callback) {
        struct.set(ADDRESS, CB_EVAL, callback);
    }
}
