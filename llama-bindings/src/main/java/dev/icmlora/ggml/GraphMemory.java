package dev.icmlora.ggml;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
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
}
