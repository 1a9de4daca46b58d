package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;

import dev.icmlora.capi.BackendThreads;
import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlThreadpoolParams;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.Device.Type;
import dev.icmlora.ggml.MissingLibraryException;
import dev.icmlora.ggml.NativeCallException;

/// CPU threads that contexts compute with. Without one, ggml starts threads for every single computation and ends them
/// afterwards.
///
/// Contexts that share a pool must not decode at the same time. Closing is ordered: contexts keep it alive.
public final class ThreadPool implements AutoCloseable {
    /// So that it outlasts what happens between two tokens, some two milliseconds, and soon leaves the processors to
    /// others.
    private static final int POLL = 1;

    private final NativeHandle handle;
    private final int threads;

    private ThreadPool(NativeHandle handle, int threads) {
        this.handle = handle;
        this.threads = threads;
    }

    /// @param threads that compute, the calling one among them: 1 to 512
    /// @throws NativeCallException if they cannot be started
    public static ThreadPool start(int threads) {
        ContextOptions.requireThreads(threads);
        MemorySegment device = LongStream.range(0, GgmlBackendH.ggml_backend_dev_count())
                .mapToObj(GgmlBackendH::ggml_backend_dev_get)
                .filter(each -> GgmlBackendH.ggml_backend_dev_type(each) == Type.CPU.ordinal())
                .findFirst()
                .orElseThrow(() -> new MissingLibraryException("no CPU backend was loaded", null));
        try (Arena arena = CallArena.open()) {
            MemorySegment pool = BackendThreads.newPool(device, GgmlThreadpoolParams.of(arena, threads, POLL));
            if (pool.equals(MemorySegment.NULL)) {
                throw new NativeCallException("ggml_threadpool_new", 0, threads + " threads");
            }
            return new ThreadPool(
                    new NativeHandle("thread pool", pool, address -> BackendThreads.freePool(device, address)),
                    threads);
        }
    }

    public int threads() {
        return threads;
    }

    NativeHandle handle() {
        return handle;
    }

    /// Idempotent.
    @Override
    public void close() {
        handle.close();
    }
}
