package dev.icmlora.llama;

import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.LibcH;

/// The memory (KV cache) of a context, which llama.cpp fills with zeros when it makes one: from then on all of it is
/// resident, as if it had all its tokens. With the default model 4,096 tokens are 94 MB.
final class ContextMemory {
    /// Of the largest pages that Linux has by default on any processor.
    private static final long PAGE = 1 << 16;

    private ContextMemory() {}

    /// Gives the pages back to the system, where they lie in the host's memory. They are zeros again when a token needs
    /// them, so nothing else changes.
    ///
    /// @param graph of a context without a token
    static void giveBack(ContextGraph graph) {
        graph.leaves().stream()
                .filter(leaf -> leaf.name().startsWith("cache_"))
                .map(GgmlTensor::buffer)
                .distinct()
                .filter(buffer -> BufferType.of(buffer).isHeap())
                .forEach(ContextMemory::giveBack);
    }

    private static void giveBack(MemorySegment buffer) {
        long base = GgmlBackendH.ggml_backend_buffer_get_base(buffer).address();
        long from = (base + PAGE - 1) / PAGE * PAGE;
        long to = (base + GgmlBackendH.ggml_backend_buffer_get_size(buffer)) / PAGE * PAGE;
        if (from < to) {
            // Memory that is locked stays, which the call says and does no harm.
            LibcH.madvise(MemorySegment.ofAddress(from), to - from, LibcH.MADV_DONTNEED);
        }
    }
}
