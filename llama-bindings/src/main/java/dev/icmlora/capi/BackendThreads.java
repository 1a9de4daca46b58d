package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The functions of a backend's threads, which its registry gives out by name; backends without threads have none.
public final class BackendThreads {
    /// `typedef void (*ggml_backend_set_n_threads_t)(ggml_backend_t backend, int n_threads);`
    private static final MethodHandle ggml_backend_set_n_threads_t =
            Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));

    /// `struct ggml_threadpool * ggml_threadpool_new(struct ggml_threadpool_params * params);`
    private static final MethodHandle ggml_threadpool_new = Linkage.downcall(FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `void ggml_threadpool_free(struct ggml_threadpool * threadpool);`
    private static final MethodHandle ggml_threadpool_free = Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS));

    /// `void ggml_backend_cpu_set_threadpool(ggml_backend_t backend_cpu, ggml_threadpool_t threadpool);`
    private static final MethodHandle ggml_backend_cpu_set_threadpool =
            Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

    /// Threads that spin while they wait for more to compute take a processor from the thread that prepares it.
    private static final int NO_POLLING = 0;

    private BackendThreads() {}

    public static void set(MemorySegment device, MemorySegment backend, int threads) {
        try {
            MemorySegment function = function(device, "ggml_backend_set_n_threads");
            if (!function.equals(MemorySegment.NULL)) {
                ggml_backend_set_n_threads_t.invokeExact(function, backend, threads);
            }
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    /// Starts threads that stay until the handle is closed. They sleep while there is nothing to compute.
    ///
    /// @return empty if the device has no threads, or they could not be started
    public static Optional<NativeHandle> startPool(MemorySegment device, int threads) {
        MemorySegment function = function(device, "ggml_threadpool_new");
        if (function.equals(MemorySegment.NULL)) {
            return Optional.empty();
        }
        try (Arena arena = CallArena.open()) {
            MemorySegment pool = (MemorySegment)
                    ggml_threadpool_new.invokeExact(function, GgmlThreadpoolParams.of(arena, threads, NO_POLLING));
            return pool.equals(MemorySegment.NULL)
                    ? Optional.empty()
                    : Optional.of(new NativeHandle("thread pool", pool, address -> freePool(device, address)));
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static void freePool(MemorySegment device, MemorySegment pool) {
        try {
            ggml_threadpool_free.invokeExact(function(device, "ggml_threadpool_free"), pool);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    /// Has a backend compute with a pool of its device's.
    public static void usePool(MemorySegment device, MemorySegment backend, MemorySegment pool) {
        try {
            ggml_backend_cpu_set_threadpool.invokeExact(
                    function(device, "ggml_backend_cpu_set_threadpool"), backend, pool);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    private static MemorySegment function(MemorySegment device, String name) {
        MemorySegment registry = GgmlBackendH.ggml_backend_dev_backend_reg(device);
        try (Arena arena = CallArena.open()) {
            return GgmlBackendH.ggml_backend_reg_get_proc_address(registry, arena.allocateFrom(name));
        }
    }
}
