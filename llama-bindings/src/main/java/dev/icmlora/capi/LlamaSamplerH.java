package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

import dev.icmlora.capi.Linkage.Downcall;

/// `llama.h`, samplers, of llama.cpp v0.5.0. Each method is the C function of its name.
public final class LlamaSamplerH {
    /// Passed on as the library fills it.
    /// ```c
    /// typedef struct llama_sampler_chain_params {
    ///     bool no_perf;
    /// } llama_sampler_chain_params;
    /// ```
    static final StructLayout CHAIN_PARAMS = CStruct.of("llama_sampler_chain_params", JAVA_BOOLEAN.withName("no_perf"));

    private LlamaSamplerH() {}

    private static final Downcall llama_sampler_chain_default_params =
            Linkage.downcall("llama_sampler_chain_default_params", FunctionDescriptor.of(CHAIN_PARAMS));

    /// `struct llama_sampler_chain_params llama_sampler_chain_default_params(void);`
    public static MemorySegment llama_sampler_chain_default_params(SegmentAllocator allocator) {
        return llama_sampler_chain_default_params.struct(allocator);
    }

    private static final Downcall llama_sampler_chain_init =
            Linkage.downcall("llama_sampler_chain_init", FunctionDescriptor.of(ADDRESS, CHAIN_PARAMS));

    /// `struct llama_sampler * llama_sampler_chain_init(struct llama_sampler_chain_params params);`
    public static MemorySegment llama_sampler_chain_init(MemorySegment params) {
        return llama_sampler_chain_init.pointer(params);
    }

    private static final Downcall llama_sampler_chain_add =
            Linkage.downcall("llama_sampler_chain_add", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

    /// `void llama_sampler_chain_add(struct llama_sampler * chain, struct llama_sampler * smpl);`
    public static void llama_sampler_chain_add(MemorySegment chain, MemorySegment smpl) {
        llama_sampler_chain_add.run(chain, smpl);
    }

    private static final Downcall llama_sampler_free =
            Linkage.downcall("llama_sampler_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void llama_sampler_free(struct llama_sampler * smpl);`
    public static void llama_sampler_free(MemorySegment smpl) {
        llama_sampler_free.run(smpl);
    }

    private static final Downcall llama_sampler_apply =
            Linkage.downcall("llama_sampler_apply", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

    /// `void llama_sampler_apply(struct llama_sampler * smpl, llama_token_data_array * cur_p);`
    public static void llama_sampler_apply(MemorySegment smpl, MemorySegment curP) {
        llama_sampler_apply.run(smpl, curP);
    }

    private static final Downcall llama_sampler_accept =
            Linkage.downcall("llama_sampler_accept", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));

    /// `void llama_sampler_accept(struct llama_sampler * smpl, llama_token token);`
    public static void llama_sampler_accept(MemorySegment smpl, int token) {
        llama_sampler_accept.run(smpl, token);
    }

    private static final Downcall llama_sampler_sample =
            Linkage.downcall("llama_sampler_sample", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));

    /// `llama_token llama_sampler_sample(struct llama_sampler * smpl, struct llama_context * ctx, int32_t
    /// idx);`
    public static int llama_sampler_sample(MemorySegment smpl, MemorySegment ctx, int idx) {
        try {
            return (int) llama_sampler_sample.handle().invokeExact(smpl, ctx, idx);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_sampler_init_greedy =
            Linkage.downcall("llama_sampler_init_greedy", FunctionDescriptor.of(ADDRESS));

    /// `struct llama_sampler * llama_sampler_init_greedy(void);`
    public static MemorySegment llama_sampler_init_greedy() {
        try {
            return (MemorySegment) llama_sampler_init_greedy.handle().invokeExact();
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_sampler_init_dist =
            Linkage.downcall("llama_sampler_init_dist", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /// `struct llama_sampler * llama_sampler_init_dist(uint32_t seed);`
    public static MemorySegment llama_sampler_init_dist(int seed) {
        return llama_sampler_init_dist.pointer(seed);
    }

    private static final Downcall llama_sampler_init_temp =
            Linkage.downcall("llama_sampler_init_temp", FunctionDescriptor.of(ADDRESS, JAVA_FLOAT));

    /// `struct llama_sampler * llama_sampler_init_temp(float t);`
    public static MemorySegment llama_sampler_init_temp(float t) {
        try {
            return (MemorySegment) llama_sampler_init_temp.handle().invokeExact(t);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_sampler_init_top_k =
            Linkage.downcall("llama_sampler_init_top_k", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /// `struct llama_sampler * llama_sampler_init_top_k(int32_t k);`
    public static MemorySegment llama_sampler_init_top_k(int k) {
        return llama_sampler_init_top_k.pointer(k);
    }

    private static final Downcall llama_sampler_init_top_p =
            Linkage.downcall("llama_sampler_init_top_p", FunctionDescriptor.of(ADDRESS, JAVA_FLOAT, JAVA_LONG));

    /// `struct llama_sampler * llama_sampler_init_top_p(float p, size_t min_keep);`
    public static MemorySegment llama_sampler_init_top_p(float p, long minKeep) {
        try {
            return (MemorySegment) llama_sampler_init_top_p.handle().invokeExact(p, minKeep);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_sampler_init_min_p =
            Linkage.downcall("llama_sampler_init_min_p", FunctionDescriptor.of(ADDRESS, JAVA_FLOAT, JAVA_LONG));

    /// `struct llama_sampler * llama_sampler_init_min_p(float p, size_t min_keep);`
    public static MemorySegment llama_sampler_init_min_p(float p, long minKeep) {
        try {
            return (MemorySegment) llama_sampler_init_min_p.handle().invokeExact(p, minKeep);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_sampler_init_penalties = Linkage.downcall(
            "llama_sampler_init_penalties",
            FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT, JAVA_FLOAT));

    /// `struct llama_sampler * llama_sampler_init_penalties(int32_t n_vocab, int32_t penalty_last_n, float
    /// penalty_repeat, float penalty_freq, float penalty_present);`
    public static MemorySegment llama_sampler_init_penalties(
            int nVocab, int penaltyLastN, float penaltyRepeat, float penaltyFreq, float penaltyPresent) {
        try {
            return (MemorySegment) llama_sampler_init_penalties
                    .handle()
                    .invokeExact(nVocab, penaltyLastN, penaltyRepeat, penaltyFreq, penaltyPresent);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall llama_sampler_init_grammar =
            Linkage.downcall("llama_sampler_init_grammar", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    /// `struct llama_sampler * llama_sampler_init_grammar(const struct llama_vocab * vocab, const char *
    /// grammar_str, const char * grammar_root);`
    public static MemorySegment llama_sampler_init_grammar(
            MemorySegment vocab, MemorySegment grammarStr, MemorySegment grammarRoot) {
        return llama_sampler_init_grammar.pointer(vocab, grammarStr, grammarRoot);
    }

    /// A `struct llama_token_data_array` over all tokens of a vocabulary.
    /// ```c
    /// typedef struct llama_token_data {
    ///     llama_token id;
    ///     float logit;
    ///     float p;
    /// } llama_token_data;
    ///
    /// typedef struct llama_token_data_array {
    ///     llama_token_data * data;
    ///     size_t size;
    ///     int64_t selected;
    ///     bool sorted;
    /// } llama_token_data_array;
    /// ```
    public static final class LlamaTokenDataArray {
        static final StructLayout TOKEN_DATA = CStruct.of(
                "llama_token_data", JAVA_INT.withName("id"), JAVA_FLOAT.withName("logit"), JAVA_FLOAT.withName("p"));
        static final StructLayout LAYOUT = CStruct.of(
                "llama_token_data_array",
                ADDRESS.withName("data"),
                JAVA_LONG.withName("size"),
                JAVA_LONG.withName("selected"),
                JAVA_BOOLEAN.withName("sorted"));

        private static final long ID = CStruct.offset(TOKEN_DATA, "id");
        private static final long LOGIT = CStruct.offset(TOKEN_DATA, "logit");
        private static final long P = CStruct.offset(TOKEN_DATA, "p");
        private static final long DATA = CStruct.offset(LAYOUT, "data");
        private static final long SIZE = CStruct.offset(LAYOUT, "size");
        private static final long SELECTED = CStruct.offset(LAYOUT, "selected");
        private static final long SORTED = CStruct.offset(LAYOUT, "sorted");

        private final MemorySegment struct;
        private final MemorySegment data;
        private final int tokens;

        public LlamaTokenDataArray(SegmentAllocator allocator, int tokens) {
            this.struct = allocator.allocate(LAYOUT);
            this.data = allocator.allocate(TOKEN_DATA, tokens);
            this.tokens = tokens;
        }

        public MemorySegment struct() {
            return struct;
        }

        /// Every token with its logit, in order of id, nothing selected.
        public void fill(MemorySegment logits) {
            for (int token = 0; token < tokens; token++) {
                long offset = TOKEN_DATA.byteSize() * token;
                data.set(JAVA_INT, offset + ID, token);
                data.set(JAVA_FLOAT, offset + LOGIT, logits.getAtIndex(JAVA_FLOAT, token));
                data.set(JAVA_FLOAT, offset + P, 0);
            }
            struct.set(ADDRESS, DATA, data);
            struct.set(JAVA_LONG, SIZE, tokens);
            struct.set(JAVA_LONG, SELECTED, -1);
            struct.set(JAVA_BOOLEAN, SORTED, false);
        }

        public boolean isSelected() {
            long selected = struct.get(JAVA_LONG, SELECTED);
            return selected >= 0 && selected < struct.get(JAVA_LONG, SIZE);
        }

        public int selectedToken() {
            return selected().get(JAVA_INT, ID);
        }

        public float selectedLogit() {
            return selected().get(JAVA_FLOAT, LOGIT);
        }

        /// Samplers may replace the data pointer, so it is read again.
        private MemorySegment selected() {
            long offset = TOKEN_DATA.byteSize() * struct.get(JAVA_LONG, SELECTED);
            return struct.get(ADDRESS, DATA)
                    .reinterpret(TOKEN_DATA.byteSize() * struct.get(JAVA_LONG, SIZE))
                    .asSlice(offset, TOKEN_DATA.byteSize());
        }
    }
}
