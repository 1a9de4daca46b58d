package dev.icmlora.llama;

import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.BackendThreads;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.Device.Type;
import dev.icmlora.ggml.MissingLibraryException;
import dev.icmlora.ggml.NativeCallException;

/// CPU threads that contexts compute with. Without one, ggml starts threads for every single computation and ends them
/// afterwards.
///
/// Contexts that share a pool must not decode at the same time. Closing is ordered: contexts keep it alive.
public final class ThreadPool implements AutoCloseable {
    private final NativeHandle handle;

    private ThreadPool(NativeHandle handle) {
        this.handle = handle;
    }

    /// @param threads that compute, the calling one among them: 1 to 512
    /// @throws NativeCallException if they cannot be started
    public static ThreadPool start(int threads) {
        ContextOptions.requireThreads(threads);
        return new ThreadPool(BackendThreads.startPool(processors(), threads)
                .orElseThrow(() -> new NativeCallException("ggml_threadpool_new", 0, threads + " threads")));
    }

    /// The processors, as ggml's device: a `ggml_backend_dev_t`, valid until the process ends.
    static MemorySegment processors() {
        MemorySegment device = GgmlBackendH.ggml_backend_dev_by_type(Type.CPU.ordinal());
        if (device.equals(MemorySegment.NULL)) {
            throw new MissingLibraryException("no CPU backend was loaded", null);
        }
        return device;
    }

    NativeHandle handle() {
        return handle;
    }

    @Override
    public void close() {
        handle.close();
    }
}
