package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.NativeHandle;

/// Memory in which graphs are computed one after the other: ggml's scheduler, whose memory stays for the next graph
/// and grows with the largest. A graph that is built in it takes the place of the one before, which computes no more.
///
/// Belongs to one thread at a time, together with its backend and graphs.
public final class GraphMemory implements AutoCloseable {
    private final List<NativeHandle> backends;
    private final int size;
    private final NativeHandle scheduler;
    /// The C graph that has its place now.
    private MemorySegment placed = MemorySegment.NULL;

    private GraphMemory(List<NativeHandle> backends, int size, MemorySegment scheduler) {
        this.backends = backends;
        this.size = size;
        this.scheduler = new NativeHandle("graph memory", scheduler, address -> {
            GgmlBackendH.ggml_backend_sched_free(address);
            backends.forEach(NativeHandle::drop);
        });
    }

    /// @param tensors most inputs and operations of a graph together
    public static GraphMemory create(Backend backend, int tensors) {
        backend.preferred();
        List<NativeHandle> backends = backend.all();
        backends.forEach(NativeHandle::hold);
        // Leafs and nodes are counted apart from each other, hence twice the size of a graph.
        int size = Math.multiplyExact(2, size(tensors));
        try (Arena arena = CallArena.open()) {
            MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, backends.size());
            for (int i = 0; i < backends.size(); i++) {
                pointers.setAtIndex(ValueLayout.ADDRESS, i, backends.get(i).held());
            }
            return new GraphMemory(
                    backends,
                    size,
                    GgmlBackendH.ggml_backend_sched_new(
                            pointers, MemorySegment.NULL, backends.size(), size, false, true));
        }
    }

    /// Of a C graph: each operation may bring in two stored tensors, which count beside those that are made for it.
    static int size(int tensors) {
        return Math.multiplyExact(2, tensors);
    }

    /// Bytes that it has on all backends.
    public long bytes() {
        MemorySegment address = scheduler.get();
        return backends.stream()
                .mapToLong(each -> GgmlBackendH.ggml_backend_sched_get_buffer_size(address, each.held()))
                .sum();
    }

    NativeHandle handle() {
        return scheduler;
    }

    List<NativeHandle> backends() {
        return backends;
    }

    boolean has(MemorySegment graph) {
        return placed.equals(graph);
    }

    /// @param operations of the graph, for the message
    /// @throws IllegalArgumentException if the graph is too large
    /// @throws NativeCallException if there is no memory for it
    void place(MemorySegment graph, int graphSize, int operations) {
        if (2 * graphSize > size) {
            throw new IllegalArgumentException("this memory is for graphs of " + size / 4 + " tensors");
        }
        MemorySegment address = scheduler.held();
        GgmlBackendH.ggml_backend_sched_reset(address);
        placed = MemorySegment.NULL;
        if (!GgmlBackendH.ggml_backend_sched_alloc_graph(address, graph)) {
            throw new NativeCallException("ggml_backend_sched_alloc_graph", 0, operations + " operations");
        }
        placed = graph;
    }

    /// Its memory stays for the next one.
    void remove(MemorySegment graph) {
        if (has(graph)) {
            GgmlBackendH.ggml_backend_sched_reset(scheduler.held());
            placed = MemorySegment.NULL;
        }
    }

    @Override
    public void close() {
        scheduler.close();
    }

    /// A finished C graph whose operations have their places on the backends, and their memory. The graph that it is
    /// of frees it.
    static final class PlacedGraph {
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
            int status = GgmlBackendH.ggml_backend_sched_graph_compute(
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
}
