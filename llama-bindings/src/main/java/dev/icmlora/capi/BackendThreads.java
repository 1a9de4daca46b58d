package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The functions of a backend's threads, which its registry gives out by name; backends without threads have none.
public final class BackendThreads {
    /// `typedef void (*ggml_backend_set_n_threads_t)(ggml_backend_t backend, int n_threads);`
    private static final MethodHandle ggml_backend_set_n_threads_t =
            Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));

    /// `struct ggml_threadpool * ggml_threadpool_new(struct ggml_threadpool_params * params);`
    private static final MethodHandle ggml_threadpool_new = Linkage.downcall(FunctionDescriptor.of(ADDRESS, ADDRESS));

    /// `void ggml_threadpool_free(struct ggml_threadpool * threadpool);`
    private static final MethodHandle ggml_threadpool_free = Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS));

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

    /// @param params see [GgmlThreadpoolParams]
    /// @return NULL if the device has no threads, or they could not be started
    public static MemorySegment newPool(MemorySegment device, MemorySegment params) {
        try {
            MemorySegment function = function(device, "ggml_threadpool_new");
            return function.equals(MemorySegment.NULL)
                    ? MemorySegment.NULL
                    : (MemorySegment) ggml_threadpool_new.invokeExact(function, params);
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }

    /// @param device that it was made for
    public static void freePool(MemorySegment device, MemorySegment pool) {
        try {
            ggml_threadpool_free.invokeExact(function(device, "ggml_threadpool_free"), pool);
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
