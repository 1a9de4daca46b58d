package dev.icmlora.llama;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.LibcH;
import dev.icmlora.capi.LlamaExtH;
import dev.icmlora.ggml.NativeCallException;

/// The graph of a context, from the model's weights, the matrices of its adapter, its memory and the inputs.
/// llama.cpp has no function that hands out any of them. Valid until the context is asked for its next graph or decode.
///
/// @param nodes in the order in which they are computed
record ContextGraph(List<GgmlTensor> nodes) {
    /// Of the largest pages that Linux has by default on any processor.
    private static final long PAGE = 1 << 16;

    /// Has the graph built, and computes nothing.
    ///
    /// @param context that no other thread uses meanwhile, of a model whose adapters stay as they are
    /// @param tokens of the batch that the graph is for
    /// @throws NativeCallException if llama.cpp cannot build it
    static ContextGraph of(MemorySegment context, int tokens) {
        MemorySegment graph = LlamaExtH.llama_graph_reserve(context, tokens, 1, tokens);
        if (graph.equals(MemorySegment.NULL)) {
            throw new NativeCallException("llama_graph_reserve", 0, tokens + " tokens");
        }
        int count = GgmlH.ggml_graph_n_nodes(graph);
        List<GgmlTensor> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(GgmlTensor.at(GgmlH.ggml_graph_node(graph, i)));
        }
        return new ContextGraph(nodes);
    }

    boolean computes(String node) {
        return nodes.stream().anyMatch(tensor -> tensor.name().equals(node));
    }

    /// What no node computes.
    Collection<GgmlTensor> leaves() {
        Map<Long, GgmlTensor> sources = new LinkedHashMap<>();
        for (GgmlTensor node : nodes) {
            for (int i = 0; i < GgmlTensor.MAX_SOURCES && node.sourceAddress(i) != 0; i++) {
                node.source(i)
                        .ifPresent(source -> sources.putIfAbsent(source.struct().address(), source));
            }
        }
        nodes.forEach(node -> sources.remove(node.struct().address()));
        return sources.values();
    }

    /// Gives the memory (KV cache) of a context without a token back to the system, where it lies in the host's.
    /// llama.cpp fills it with zeros when it makes a context: from then on all of it is resident, as if it had
    /// all its tokens. With the default model 4,096 tokens are 94 MB. The pages are zeros again when a token needs
    /// them, so nothing else changes.
    void giveMemoryBack() {
        leaves().stream()
                .filter(leaf -> leaf.name().startsWith("cache_"))
                .map(GgmlTensor::buffer)
                .distinct()
                .filter(ContextGraph::isHeap)
                .forEach(ContextGraph::giveBack);
    }

    /// Whether a buffer is what C allocates for everything: pages of the process alone, and of no file or device.
    private static boolean isHeap(MemorySegment buffer) {
        MemorySegment type = GgmlBackendH.ggml_backend_buffer_get_type(buffer);
        return "CPU".equals(CString.read(GgmlBackendH.ggml_backend_buft_name(type)));
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
