package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
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
    /// Operations that are computed before the clock is looked at.
    static final int PIECE = 32;

    private final MemorySegment graph;
    /// A C graph for so many operations.
    private final MemorySegment piece;
    private final GraphMemory memory;
    private final int operations;
    /// The operation that comes next where the graph is computed in pieces.
    private int next;

    private PlacedGraph(MemorySegment graph, MemorySegment piece, GraphMemory memory, int operations) {
        this.graph = graph;
        this.piece = piece;
        this.memory = memory;
        this.operations = operations;
    }

    /// @param size of the C graph
    /// @param piece another C graph, for [#PIECE] operations
    /// @param memory that the graph keeps alive
    /// @throws NativeCallException if the memory cannot be had
    static PlacedGraph of(MemorySegment graph, int size, MemorySegment piece, GraphMemory memory) {
        int operations = GgmlH.ggml_graph_n_nodes(graph);
        memory.place(graph, size, operations);
        return new PlacedGraph(graph, piece, memory, operations);
    }

    List<String> unsupported() {
        MemorySegment preferred = memory.backends().getFirst().held();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < operations; i++) {
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
        next = 0;
        int status = GgmlBackendSchedH.ggml_backend_sched_graph_compute(
                memory.handle().held(), graph);
        require("ggml_backend_sched_graph_compute", status);
    }

    /// Goes on until the graph is computed or the time is over, whichever comes first.
    ///
    /// @return whether it is computed
    boolean computeFor(Duration time) {
        // Between two devices, the scheduler copies what one of them needs from the other, for a graph as a whole.
        if (memory.backends().size() > 1) {
            compute();
            return true;
        }
        long end = System.nanoTime() + time.toNanos();
        do {
            computePiece();
        } while (next < operations && System.nanoTime() < end);
        boolean computed = next == operations;
        next = computed ? 0 : next;
        return computed;
    }

    /// All memory has its place: a piece computes what the whole would.
    private void computePiece() {
        GgmlH.ggml_graph_clear(piece);
        int end = Math.min(operations, next + PIECE);
        for (int i = next; i < end; i++) {
            GgmlH.ggml_graph_add_node(piece, GgmlH.ggml_graph_node(graph, i));
        }
        next = end;
        int status = GgmlBackendH.ggml_backend_graph_compute(
                memory.backends().getFirst().held(), piece);
        require("ggml_backend_graph_compute", status);
    }

    private static void require(String function, int status) {
        if (status != 0) {
            throw new NativeCallException(function, status, CString.read(GgmlH.ggml_status_to_string(status)));
        }
    }

    void free() {
        memory.remove(graph);
    }
}
