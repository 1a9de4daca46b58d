package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.Linkage.Downcall;

/// The scheduler of `ggml-backend.h` of llama.cpp v0.5.0, which runs a graph on several backends. Each method is the C
/// function of its name.
public final class GgmlBackendSchedH {
    private GgmlBackendSchedH() {}

    private static final Downcall ggml_backend_sched_get_buffer_size =
            Linkage.downcall("ggml_backend_sched_get_buffer_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS));

    /// `size_t ggml_backend_sched_get_buffer_size(ggml_backend_sched_t sched, ggml_backend_t backend);`
    public static long ggml_backend_sched_get_buffer_size(MemorySegment sched, MemorySegment backend) {
        try {
            return (long) ggml_backend_sched_get_buffer_size.handle().invokeExact(sched, backend);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_new = Linkage.downcall(
            "ggml_backend_sched_new",
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_BOOLEAN, JAVA_BOOLEAN));

    /// `ggml_backend_sched_t ggml_backend_sched_new(ggml_backend_t * backends, ggml_backend_buffer_type_t *
    /// bufts, int n_backends, size_t graph_size, bool parallel, bool op_offload);`
    public static MemorySegment ggml_backend_sched_new(
            MemorySegment backends,
            MemorySegment bufts,
            int nBackends,
            long graphSize,
            boolean parallel,
            boolean opOffload) {
        try {
            return (MemorySegment) ggml_backend_sched_new
                    .handle()
                    .invokeExact(backends, bufts, nBackends, graphSize, parallel, opOffload);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_free =
            Linkage.downcall("ggml_backend_sched_free", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_sched_free(ggml_backend_sched_t sched);`
    public static void ggml_backend_sched_free(MemorySegment sched) {
        ggml_backend_sched_free.run(sched);
    }

    private static final Downcall ggml_backend_sched_reset =
            Linkage.downcall("ggml_backend_sched_reset", FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_sched_reset(ggml_backend_sched_t sched);`
    public static void ggml_backend_sched_reset(MemorySegment sched) {
        ggml_backend_sched_reset.run(sched);
    }

    private static final Downcall ggml_backend_sched_alloc_graph =
            Linkage.downcall("ggml_backend_sched_alloc_graph", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS));

    /// `bool ggml_backend_sched_alloc_graph(ggml_backend_sched_t sched, struct ggml_cgraph * graph);`
    public static boolean ggml_backend_sched_alloc_graph(MemorySegment sched, MemorySegment graph) {
        try {
            return (boolean) ggml_backend_sched_alloc_graph.handle().invokeExact(sched, graph);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static final Downcall ggml_backend_sched_graph_compute =
            Linkage.downcall("ggml_backend_sched_graph_compute", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    /// `enum ggml_status ggml_backend_sched_graph_compute(ggml_backend_sched_t sched, struct ggml_cgraph *
    /// graph);`
    public static int ggml_backend_sched_graph_compute(MemorySegment sched, MemorySegment graph) {
        return ggml_backend_sched_graph_compute.integer(sched, graph);
    }
}
