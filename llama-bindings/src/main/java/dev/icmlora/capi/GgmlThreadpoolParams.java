package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/// `struct ggml_threadpool_params` (ggml.h, llama.cpp v0.5.0).
/// ```c
/// struct ggml_threadpool_params {
///     bool                     cpumask[GGML_MAX_N_THREADS];
///     int                      n_threads;
///     enum ggml_sched_priority prio;
///     uint32_t                 poll;
///     bool                     strict_cpu;
///     bool                     paused;
/// };
/// ```
public final class GgmlThreadpoolParams {
    public static final int GGML_MAX_N_THREADS = 512;

    static final StructLayout LAYOUT = CStruct.of(
            "ggml_threadpool_params",
            MemoryLayout.sequenceLayout(GGML_MAX_N_THREADS, JAVA_BOOLEAN).withName("cpumask"),
            JAVA_INT.withName("n_threads"),
            JAVA_INT.withName("prio"),
            JAVA_INT.withName("poll"),
            JAVA_BOOLEAN.withName("strict_cpu"),
            JAVA_BOOLEAN.withName("paused"));

    private static final long POLL = CStruct.offset(LAYOUT, "poll");

    private GgmlThreadpoolParams() {}

    /// ggml's defaults but for the polling.
    ///
    /// @param poll how long a thread spins for more work before it sleeps, 0 to 100
    public static MemorySegment of(SegmentAllocator allocator, int threads, int poll) {
        MemorySegment params = allocator.allocate(LAYOUT);
        GgmlH.ggml_threadpool_params_init(params, threads);
        params.set(JAVA_INT, POLL, poll);
        return params;
    }
}
