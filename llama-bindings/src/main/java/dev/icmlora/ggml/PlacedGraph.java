package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.NativeHandle;

/// A finished C graph whose operations have their places on the backends, and their memory: ggml's scheduler for it.
/// The graph that it is of keeps the backends alive, and frees it.
final class PlacedGraph {
    private final MemorySegment graph;
    private final MemorySegment scheduler;
    private final List<NativeHandle> backends;

    private PlacedGraph(MemorySegment graph, MemorySegment scheduler, List<NativeHandle> backends) {
        this.graph = graph;
        this.scheduler = scheduler;
        this.backends = backends;
    }

    /// @param size of the C graph
    /// @throws NativeCallException if the memory cannot be had
    static PlacedGraph of(MemorySegment graph, int size, Backend backend) {
        List<NativeHandle> backends = backend.all();
        MemorySegment scheduler;
        try (Arena arena = CallArena.open()) {
            MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, backends.size());
            for (int i = 0; i < backends.size(); i++) {
                pointers.setAtIndex(ValueLayout.ADDRESS, i, backends.get(i).held());
            }
            // Leafs and nodes are counted apart from each other, hence twice the size.
            scheduler = GgmlBackendH.ggml_backend_sched_new(
                    pointers, MemorySegment.NULL, backends.size(), 2L * size, false, true);
        }
        PlacedGraph placed = new PlacedGraph(graph, scheduler, backends);
        if (!GgmlBackendH.ggml_backend_sched_alloc_graph(scheduler, graph)) {
            placed.free();
            throw new NativeCallException(
                    "ggml_backend_sched_alloc_graph", 0, GgmlH.ggml_graph_n_nodes(graph) + " operations");
        }
        return placed;
    }

    List<String> unsupported() {
        MemorySegment preferred = backends.getFirst().held();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < GgmlH.ggml_graph_n_nodes(graph); i++) {
            MemorySegment node = GgmlH.ggml_graph_node(graph, i);
            if (!GgmlBackendH.ggml_backend_supports_op(preferred, node)) {
                names.add(CString.read(GgmlH.ggml_op_desc(node)));
            }
        }
        return List.copyOf(names);
    }

    long bytes() {
        return backends.stream()
                .mapToLong(each -> GgmlBackendH.ggml_backend_sched_get_buffer_size(scheduler, each.held()))
                .sum();
    }

    void compute() {
        int status = GgmlBackendH.ggml_backend_sched_graph_compute(scheduler, graph);
        if (status != 0) {
            throw new NativeCallException(
                    "ggml_backend_sched_graph_compute", status, CString.read(GgmlH.ggml_status_to_string(status)));
        }
    }

    void free() {
        GgmlBackendH.ggml_backend_sched_free(scheduler);
    }
}
