package dev.icmlora.llama;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.LlamaExtH;
import dev.icmlora.ggml.NativeCallException;

/// The graph of a context, from the model's weights, the matrices of its adapter, its memory and the inputs.
/// llama.cpp has no function that hands out any of them. Valid until the context is asked for its next graph or decode.
///
/// @param nodes in the order in which they are computed
record ContextGraph(List<GgmlTensor> nodes) {

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
}
