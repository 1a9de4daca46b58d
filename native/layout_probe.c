// Prints size, member offsets and member sizes of every struct that the Java bindings know, and the value of every constant that they
// spell out. The output for the pinned version is committed; LayoutTest compares the bindings with it, layout-check.sh the headers.

#include <stddef.h>
#include <stdio.h>

#include "llama.h"

#define STRUCT(type) printf("struct " #type " %zu\n", sizeof(struct type))
#define MEMBER(type, member) \
    printf("member " #member " %zu %zu\n", offsetof(struct type, member), sizeof(((struct type *) 0)->member))
#define CONSTANT(name) printf("constant " #name " %lld\n", (long long) (name))

static void ggml_structs(void) {
    STRUCT(ggml_init_params);
    MEMBER(ggml_init_params, mem_size);
    MEMBER(ggml_init_params, mem_buffer);
    MEMBER(ggml_init_params, no_alloc);

    STRUCT(ggml_threadpool_params);
    MEMBER(ggml_threadpool_params, cpumask);
    MEMBER(ggml_threadpool_params, n_threads);
    MEMBER(ggml_threadpool_params, prio);
    MEMBER(ggml_threadpool_params, poll);
    MEMBER(ggml_threadpool_params, strict_cpu);
    MEMBER(ggml_threadpool_params, paused);

    STRUCT(ggml_tensor);
    MEMBER(ggml_tensor, type);
    MEMBER(ggml_tensor, buffer);
    MEMBER(ggml_tensor, ne);
    MEMBER(ggml_tensor, nb);
    MEMBER(ggml_tensor, op);
    MEMBER(ggml_tensor, op_params);
    MEMBER(ggml_tensor, flags);
    MEMBER(ggml_tensor, src);
    MEMBER(ggml_tensor, view_src);
    MEMBER(ggml_tensor, view_offs);
    MEMBER(ggml_tensor, data);
    MEMBER(ggml_tensor, name);
    MEMBER(ggml_tensor, extra);
    MEMBER(ggml_tensor, padding);

    STRUCT(ggml_type_traits);
    MEMBER(ggml_type_traits, type_name);
    MEMBER(ggml_type_traits, blck_size);
    MEMBER(ggml_type_traits, blck_size_interleave);
    MEMBER(ggml_type_traits, type_size);
    MEMBER(ggml_type_traits, is_quantized);
    MEMBER(ggml_type_traits, to_float);
    MEMBER(ggml_type_traits, from_float_ref);
}

static void llama_structs(void) {
    STRUCT(llama_model_params);
    MEMBER(llama_model_params, devices);
    MEMBER(llama_model_params, tensor_buft_overrides);
    MEMBER(llama_model_params, n_gpu_layers);
    MEMBER(llama_model_params, split_mode);
    MEMBER(llama_model_params, load_mode);
    MEMBER(llama_model_params, lazy_mode);
    MEMBER(llama_model_params, main_gpu);
    MEMBER(llama_model_params, tensor_split);
    MEMBER(llama_model_params, progress_callback);
    MEMBER(llama_model_params, progress_callback_user_data);
    MEMBER(llama_model_params, kv_overrides);
    MEMBER(llama_model_params, vocab_only);
    MEMBER(llama_model_params, check_tensors);
    MEMBER(llama_model_params, use_extra_bufts);
    MEMBER(llama_model_params, no_host);
    MEMBER(llama_model_params, no_alloc);
    MEMBER(llama_model_params, load_mtp);

    STRUCT(llama_context_params);
    MEMBER(llama_context_params, n_ctx);
    MEMBER(llama_context_params, n_batch);
    MEMBER(llama_context_params, n_ubatch);
    MEMBER(llama_context_params, n_seq_max);
    MEMBER(llama_context_params, n_rs_seq);
    MEMBER(llama_context_params, n_outputs_max);
    MEMBER(llama_context_params, n_outputs_max_per_seq);
    MEMBER(llama_context_params, n_threads);
    MEMBER(llama_context_params, n_threads_batch);
    MEMBER(llama_context_params, ctx_type);
    MEMBER(llama_context_params, rope_scaling_type);
    MEMBER(llama_context_params, pooling_type);
    MEMBER(llama_context_params, attention_type);
    MEMBER(llama_context_params, flash_attn_type);
    MEMBER(llama_context_params, rope_freq_base);
    MEMBER(llama_context_params, rope_freq_scale);
    MEMBER(llama_context_params, yarn_ext_factor);
    MEMBER(llama_context_params, yarn_attn_factor);
    MEMBER(llama_context_params, yarn_beta_fast);
    MEMBER(llama_context_params, yarn_beta_slow);
    MEMBER(llama_context_params, yarn_orig_ctx);
    MEMBER(llama_context_params, defrag_thold);
    MEMBER(llama_context_params, cb_eval);
    MEMBER(llama_context_params, cb_eval_user_data);
    MEMBER(llama_context_params, type_k);
    MEMBER(llama_context_params, type_v);
    MEMBER(llama_context_params, abort_callback);
    MEMBER(llama_context_params, abort_callback_data);
    MEMBER(llama_context_params, embeddings);
    MEMBER(llama_context_params, offload_kqv);
    MEMBER(llama_context_params, no_perf);
    MEMBER(llama_context_params, op_offload);
    MEMBER(llama_context_params, swa_full);
    MEMBER(llama_context_params, kv_unified);
    MEMBER(llama_context_params, samplers);
    MEMBER(llama_context_params, n_samplers);
    MEMBER(llama_context_params, ctx_other);

    STRUCT(llama_batch);
    MEMBER(llama_batch, n_tokens);
    MEMBER(llama_batch, token);
    MEMBER(llama_batch, embd);
    MEMBER(llama_batch, pos);
    MEMBER(llama_batch, n_seq_id);
    MEMBER(llama_batch, seq_id);
    MEMBER(llama_batch, logits);

    STRUCT(llama_chat_message);
    MEMBER(llama_chat_message, role);
    MEMBER(llama_chat_message, content);

    STRUCT(llama_sampler_chain_params);
    MEMBER(llama_sampler_chain_params, no_perf);

    STRUCT(llama_token_data);
    MEMBER(llama_token_data, id);
    MEMBER(llama_token_data, logit);
    MEMBER(llama_token_data, p);

    STRUCT(llama_token_data_array);
    MEMBER(llama_token_data_array, data);
    MEMBER(llama_token_data_array, size);
    MEMBER(llama_token_data_array, selected);
    MEMBER(llama_token_data_array, sorted);
}

static void constants(void) {
    CONSTANT(GGML_MAX_DIMS);
    CONSTANT(GGML_MAX_SRC);
    CONSTANT(GGML_MAX_NAME);
    CONSTANT(GGML_MAX_N_THREADS);
    CONSTANT(GGML_LOG_LEVEL_DEBUG);
    CONSTANT(GGML_LOG_LEVEL_ERROR);
    CONSTANT(GGML_LOG_LEVEL_CONT);
    CONSTANT(GGML_STATUS_SUCCESS);
    CONSTANT(GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
    CONSTANT(GGML_BACKEND_DEVICE_TYPE_CPU);
    CONSTANT(GGML_BACKEND_DEVICE_TYPE_GPU);
    CONSTANT(GGML_BACKEND_DEVICE_TYPE_IGPU);
    CONSTANT(GGML_BACKEND_DEVICE_TYPE_ACCEL);
    CONSTANT(GGML_BACKEND_DEVICE_TYPE_META);
    CONSTANT(LLAMA_LOAD_MODE_MMAP);
    CONSTANT(LLAMA_TOKEN_NULL);

    CONSTANT(GGML_TYPE_F32);
    CONSTANT(GGML_TYPE_F16);
    CONSTANT(GGML_TYPE_Q4_0);
    CONSTANT(GGML_TYPE_Q4_1);
    CONSTANT(GGML_TYPE_Q5_0);
    CONSTANT(GGML_TYPE_Q5_1);
    CONSTANT(GGML_TYPE_Q8_0);
    CONSTANT(GGML_TYPE_Q8_1);
    CONSTANT(GGML_TYPE_Q2_K);
    CONSTANT(GGML_TYPE_Q3_K);
    CONSTANT(GGML_TYPE_Q4_K);
    CONSTANT(GGML_TYPE_Q5_K);
    CONSTANT(GGML_TYPE_Q6_K);
    CONSTANT(GGML_TYPE_Q8_K);
    CONSTANT(GGML_TYPE_IQ2_XXS);
    CONSTANT(GGML_TYPE_IQ2_XS);
    CONSTANT(GGML_TYPE_IQ3_XXS);
    CONSTANT(GGML_TYPE_IQ1_S);
    CONSTANT(GGML_TYPE_IQ4_NL);
    CONSTANT(GGML_TYPE_IQ3_S);
    CONSTANT(GGML_TYPE_IQ2_S);
    CONSTANT(GGML_TYPE_IQ4_XS);
    CONSTANT(GGML_TYPE_I8);
    CONSTANT(GGML_TYPE_I16);
    CONSTANT(GGML_TYPE_I32);
    CONSTANT(GGML_TYPE_I64);
    CONSTANT(GGML_TYPE_F64);
    CONSTANT(GGML_TYPE_IQ1_M);
    CONSTANT(GGML_TYPE_BF16);
    CONSTANT(GGML_TYPE_TQ1_0);
    CONSTANT(GGML_TYPE_TQ2_0);
    CONSTANT(GGML_TYPE_MXFP4);
    CONSTANT(GGML_TYPE_NVFP4);
    CONSTANT(GGML_TYPE_Q1_0);
    CONSTANT(GGML_TYPE_Q2_0);

    CONSTANT(GGUF_TYPE_UINT8);
    CONSTANT(GGUF_TYPE_INT8);
    CONSTANT(GGUF_TYPE_UINT16);
    CONSTANT(GGUF_TYPE_INT16);
    CONSTANT(GGUF_TYPE_UINT32);
    CONSTANT(GGUF_TYPE_INT32);
    CONSTANT(GGUF_TYPE_FLOAT32);
    CONSTANT(GGUF_TYPE_BOOL);
    CONSTANT(GGUF_TYPE_STRING);
    CONSTANT(GGUF_TYPE_ARRAY);
    CONSTANT(GGUF_TYPE_UINT64);
    CONSTANT(GGUF_TYPE_INT64);
    CONSTANT(GGUF_TYPE_FLOAT64);
    CONSTANT(GGUF_DEFAULT_ALIGNMENT);
}

int main(void) {
    ggml_structs();
    llama_structs();
    constants();
    return 0;
}
