package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlBackendSchedH;
import dev.icmlora.capi.GgmlH;

/// A finished C graph whose operations have their places on the backends, and their memory. The graph that it is of
/// frees it.
final class PlacedGraph {
    private final MemorySegment graph;
    private final GraphMemory memory;

    private PlacedGraph(MemorySegment graph, GraphMemory memory) {
        this.graph = graph;
        this.memory = memory;
    }

    /// @param size of the C graph
    /// @param memory that the graph keeps alive
    /// @throws NativeCallException if the memory cannot be had
    static PlacedGraph of(MemorySegment graph, int size, GraphMemory memory) {
        memory.place(graph, size, GgmlH.ggml_graph_n_nodes(graph));
        return new PlacedGraph(graph, memory);
    }

    List<String> unsupported() {
        MemorySegment preferred = memory.backends().getFirst().held();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < GgmlH.ggml_graph_n_nodes(graph); i++) {
            MemorySegment node = GgmlH.ggml_graph_node(graph, i);
            if (!GgmlBackendH.ggml_backend_supports_op(preferred, node)) {
                names.add(CString.read(GgmlH.ggml_op_desc(node)));
            }
        }
        return List.copyOf(names);
    }

    /// Whether it can still be computed.
    boolean isInPlace() {
        return memory.has(graph);
    }

    void compute() {
        int status = GgmlBackendSchedH.ggml_backend_sched_graph_compute(
                memory.handle().held(), graph);
        if (status != 0) {
            throw new NativeCallException(
                    "ggml_backend_sched_graph_compute", status, CString.read(GgmlH.ggml_status_to_string(status)));
        }
    }

    void free() {
        memory.remove(graph);
    }
}
