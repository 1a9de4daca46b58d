package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

import dev.icmlora.capi.Linkage.Downcall;

/// `llama.h`, context, memory and decoding, of llama.cpp v0.5.0. Each method is the C function of its name.
public final class LlamaContextH {
    private LlamaContextH() {}

    private static final Downcall llama_context_default_params =
            Linkage.downcall("llama_context_default_params", FunctionDescriptor.of(LlamaContextParams.LAYOUT));

    /// `struct llama_context_params llama_context_default_params(void);`
    public static MemorySegment llama_context_default_params(SegmentAllocator allocator) {
        return llama_context_default_params.struct(allocator);
    }

    private static final Downcall llama_init_from_model = Linkage.downcall(
            "llama_init_from_model", FunctionDescriptor.of(ADDRESS, ADDRESS, LlamaContextParams.LAYOUT));

    /// `struct llama_context * llama_init_from_model(struct llama_model * model, struct llama_context_params
    /// params);`
    public static MemorySegment llama_init_from_model(MemorySegment model, MemorySegment params) {
        return llama_init_from_model.pointer(model, params);
    }

    private static final Downcall llama_free = Linkage.downcall("llama_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void llama_free(struct llama_context * ctx);`
    public static void llama_free(MemorySegment ctx) {
        llama_free.run(ctx);
    }

    private static final Downcall llama_n_ctx_seq =
            Linkage.downcall("llama_n_ctx_seq", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `uint32_t llama_n_ctx_seq(const struct llama_context * ctx);`
    public static int llama_n_ctx_seq(MemorySegment ctx) {
        return llama_n_ctx_seq.integer(ctx);
    }

    private static final Downcall llama_n_batch =
            Linkage.downcall("llama_n_batch", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /// `uint32_t llama_n_batch(const struct llama_context * ctx);`
    public static int llama_n_batch(MemorySegment ctx) {
        return llama_n_batch.integer(ctx);
    }

    private static final Downcall llama_decode =
            Linkage.downcall("llama_decode", FunctionDescriptor.of(JAVA_INT, ADDRESS, LlamaBatch.LAYOUT));

    /// `int32_t llama_decode(struct llama_context * ctx, struct llama_batch batch);`
    public static int llama_decode(MemorySegment ctx, MemorySegment batch) {
        return llama_decode.integer(ctx, batch);
    }

    private static final Downcall llama_encode =
            Linkage.downcall("llama_encode", FunctionDescriptor.of(JAVA_INT, ADDRESS, LlamaBatch.LAYOUT));

    /// `int32_t llama_encode(struct llama_context * ctx, struct llama_batch batch);`
    public static int llama_encode(MemorySegment ctx, MemorySegment batch) {
        return llama_encode.integer(ctx, batch);
    }

    private static final Downcall llama_get_embeddings_ith =
            Linkage.downcall("llama_get_embeddings_ith", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));

    /// `float * llama_get_embeddings_ith(struct llama_context * ctx, int32_t i);`
    public static MemorySegment llama_get_embeddings_ith(MemorySegment ctx, int i) {
        try {
            return (MemorySegment) llama_get_embeddings_ith.handle().invokeExact(ctx, i);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_batch_init = Linkage.downcall(
            "llama_batch_init", FunctionDescriptor.of(LlamaBatch.LAYOUT, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `struct llama_batch llama_batch_init(int32_t n_tokens, int32_t embd, int32_t n_seq_max);`
    public static MemorySegment llama_batch_init(SegmentAllocator allocator, int nTokens, int embd, int nSeqMax) {
        try {
            return (MemorySegment) llama_batch_init.handle().invokeExact(allocator, nTokens, embd, nSeqMax);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_batch_free =
            Linkage.downcall("llama_batch_free", FunctionDescriptor.ofVoid(LlamaBatch.LAYOUT));

    /// `void llama_batch_free(struct llama_batch batch);`
    public static void llama_batch_free(MemorySegment batch) {
        llama_batch_free.run(batch);
    }

    private static final Downcall llama_synchronize =
            Linkage.downcall("llama_synchronize", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void llama_synchronize(struct llama_context * ctx);`
    public static void llama_synchronize(MemorySegment ctx) {
        llama_synchronize.run(ctx);
    }

    private static final Downcall llama_get_logits_ith =
            Linkage.downcall("llama_get_logits_ith", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));

    /// `float * llama_get_logits_ith(struct llama_context * ctx, int32_t i);`
    public static MemorySegment llama_get_logits_ith(MemorySegment ctx, int i) {
        try {
            return (MemorySegment) llama_get_logits_ith.handle().invokeExact(ctx, i);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_set_n_threads =
            Linkage.downcall("llama_set_n_threads", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT));

    /// `void llama_set_n_threads(struct llama_context * ctx, int32_t n_threads, int32_t n_threads_batch);`
    public static void llama_set_n_threads(MemorySegment ctx, int nThreads, int nThreadsBatch) {
        try {
            llama_set_n_threads.handle().invokeExact(ctx, nThreads, nThreadsBatch);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_attach_threadpool =
            Linkage.downcall("llama_attach_threadpool", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));

    /// `void llama_attach_threadpool(struct llama_context * ctx, ggml_threadpool_t threadpool, ggml_threadpool_t
    /// threadpool_batch);`
    public static void llama_attach_threadpool(
            MemorySegment ctx, MemorySegment threadpool, MemorySegment threadpoolBatch) {
        try {
            llama_attach_threadpool.handle().invokeExact(ctx, threadpool, threadpoolBatch);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_set_adapters_lora = Linkage.downcall(
            "llama_set_adapters_lora", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    /// `int32_t llama_set_adapters_lora(struct llama_context * ctx, struct llama_adapter_lora ** adapters,
    /// size_t n_adapters, float * scales);`
    public static int llama_set_adapters_lora(
            MemorySegment ctx, MemorySegment adapters, long nAdapters, MemorySegment scales) {
        try {
            return (int) llama_set_adapters_lora.handle().invokeExact(ctx, adapters, nAdapters, scales);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_get_memory =
            Linkage.downcall("llama_get_memory", FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `llama_memory_t llama_get_memory(const struct llama_context * ctx);`
    public static MemorySegment llama_get_memory(MemorySegment ctx) {
        return llama_get_memory.pointer(ctx);
    }

    private static final Downcall llama_memory_clear =
            Linkage.downcall("llama_memory_clear", FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN));

    /// `void llama_memory_clear(llama_memory_t mem, bool data);`
    public static void llama_memory_clear(MemorySegment mem, boolean data) {
        try {
            llama_memory_clear.handle().invokeExact(mem, data);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_memory_seq_rm = Linkage.downcall(
            "llama_memory_seq_rm", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `bool llama_memory_seq_rm(llama_memory_t mem, llama_seq_id seq_id, llama_pos p0, llama_pos p1);`
    public static boolean llama_memory_seq_rm(MemorySegment mem, int seqId, int p0, int p1) {
        try {
            return (boolean) llama_memory_seq_rm.handle().invokeExact(mem, seqId, p0, p1);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_memory_seq_cp = Linkage.downcall(
            "llama_memory_seq_cp", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `void llama_memory_seq_cp(llama_memory_t mem, llama_seq_id seq_id_src, llama_seq_id seq_id_dst,
    /// llama_pos p0, llama_pos p1);`
    public static void llama_memory_seq_cp(MemorySegment mem, int seqIdSrc, int seqIdDst, int p0, int p1) {
        try {
            llama_memory_seq_cp.handle().invokeExact(mem, seqIdSrc, seqIdDst, p0, p1);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_memory_seq_pos_max =
            Linkage.downcall("llama_memory_seq_pos_max", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    /// `llama_pos llama_memory_seq_pos_max(llama_memory_t mem, llama_seq_id seq_id);`
    public static int llama_memory_seq_pos_max(MemorySegment mem, int seqId) {
        try {
            return (int) llama_memory_seq_pos_max.handle().invokeExact(mem, seqId);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    /// View of a `struct llama_batch` that `llama_batch_init` filled. Indices are not checked here.
    /// ```c
    /// typedef struct llama_batch {
    ///     int32_t n_tokens;
    ///     llama_token  *  token;
    ///     float        *  embd;
    ///     llama_pos    *  pos;
    ///     int32_t      *  n_seq_id;
    ///     llama_seq_id ** seq_id;
    ///     int8_t       *  logits;
    /// } llama_batch;
    /// ```
    public static final class LlamaBatch {
        static final StructLayout LAYOUT = CStruct.of(
                "llama_batch",
                JAVA_INT.withName("n_tokens"),
                ADDRESS.withName("token"),
                ADDRESS.withName("embd"),
                ADDRESS.withName("pos"),
                ADDRESS.withName("n_seq_id"),
                ADDRESS.withName("seq_id"),
                ADDRESS.withName("logits"));

        private static final long N_TOKENS = CStruct.offset(LAYOUT, "n_tokens");

        private final MemorySegment struct;
        private final MemorySegment token;
        private final MemorySegment pos;
        private final MemorySegment nSeqId;
        private final MemorySegment seqId;
        private final MemorySegment logits;

        /// @param struct as `llama_batch_init(capacity, 0, n)` returned it, n at least 1
        public LlamaBatch(MemorySegment struct, int capacity) {
            this.struct = struct;
            this.token = array("token", JAVA_INT.byteSize() * capacity);
            this.pos = array("pos", JAVA_INT.byteSize() * capacity);
            this.nSeqId = array("n_seq_id", JAVA_INT.byteSize() * capacity);
            this.seqId = array("seq_id", ADDRESS.byteSize() * capacity);
            this.logits = array("logits", capacity);
        }

        private MemorySegment array(String member, long bytes) {
            return struct.get(ADDRESS, CStruct.offset(LAYOUT, member)).reinterpret(bytes);
        }

        public void size(int tokens) {
            struct.set(JAVA_INT, N_TOKENS, tokens);
        }

        /// @param sequences at most as many as `llama_batch_init` was told
        public void set(int index, int tokenId, int position, int[] sequences, boolean output) {
            token.setAtIndex(JAVA_INT, index, tokenId);
            pos.setAtIndex(JAVA_INT, index, position);
            nSeqId.setAtIndex(JAVA_INT, index, sequences.length);
            MemorySegment ids = seqId.getAtIndex(ADDRESS, index).reinterpret(JAVA_INT.byteSize() * sequences.length);
            MemorySegment.copy(sequences, 0, ids, JAVA_INT, 0, sequences.length);
            logits.set(JAVA_BYTE, index, (byte) (output ? 1 : 0));
        }
    }
}
