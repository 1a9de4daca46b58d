package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Sets a backend's thread count through the function that its registry gives out by name; backends without
/// threads have none.
public final class BackendThreads {
    /// `typedef void (*ggml_backend_set_n_threads_t)(ggml_backend_t backend, int n_threads);`
    private static final MethodHandle ggml_backend_set_n_threads_t =
            Linkage.downcall(FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));

    private BackendThreads() {}

    public static void set(MemorySegment device, MemorySegment backend, int threads) {
        MemorySegment registry = GgmlBackendH.ggml_backend_dev_backend_reg(device);
        try (Arena arena = CallArena.open()) {
            MemorySegment function = GgmlBackendH.ggml_backend_reg_get_proc_address(
                    registry, arena.allocateFrom("ggml_backend_set_n_threads"));
            if (!function.equals(MemorySegment.NULL)) {
                ggml_backend_set_n_threads_t.invokeExact(function, backend, threads);
            }
        } catch (Throwable thrown) {
            throw Linkage.unexpected(thrown);
        }
    }
}
