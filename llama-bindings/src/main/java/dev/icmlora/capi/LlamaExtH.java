package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.Linkage.Downcall;

/// `llama-ext.h` of llama.cpp v0.5.0, which is C++: the symbol of a function has the types of its parameters in it.
public final class LlamaExtH {
    private LlamaExtH() {}

    private static final Downcall llama_graph_reserve = Linkage.downcall(
            "_Z19llama_graph_reserveP13llama_contextjjj",
            FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `struct ggml_cgraph * llama_graph_reserve(struct llama_context * ctx, uint32_t n_tokens, uint32_t n_seqs,
    /// uint32_t n_outputs);`
    public static MemorySegment llama_graph_reserve(MemorySegment ctx, int nTokens, int nSeqs, int nOutputs) {
        try {
            return (MemorySegment) llama_graph_reserve.handle().invokeExact(ctx, nTokens, nSeqs, nOutputs);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
