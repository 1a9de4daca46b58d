package dev.icmlora.ggml;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.icmlora.capi.BackendThreads;
import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlThreadpoolParams;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.Device.Type;

/// A device that holds tensors and computes graphs. A backend and everything made on it belong to one thread at a time.
/// Closing is ordered: stores and graphs made on it keep it alive until they are closed.
public final class Backend implements AutoCloseable {
    /// Preferred first; the last is always the CPU, which runs what the others cannot.
    private final List<NativeHandle> backends;

    private final List<MemorySegment> devices;
    private final int mostThreads;
    private int threads;

    private Backend(List<NativeHandle> backends, List<MemorySegment> devices, int threads) {
        this.backends = List.copyOf(backends);
        this.devices = List.copyOf(devices);
        this.mostThreads = threads;
        this.threads = threads;
    }

    /// @param threads 1 to 512
    public static Backend cpu(int threads) {
        return open(threads, false);
    }

    /// The first GPU, with the CPU for operations that it lacks; without a GPU the CPU alone.
    ///
    /// @param threads of the CPU, 1 to 512
    public static Backend best(int threads) {
        return open(threads, true);
    }

    private static Backend open(int threads, boolean gpu) {
        if (threads < 1 || threads > GgmlThreadpoolParams.GGML_MAX_N_THREADS) {
            throw new IllegalArgumentException(
                    "threads are 1 to " + GgmlThreadpoolParams.GGML_MAX_N_THREADS + ", not " + threads);
        }
        List<MemorySegment> devices = new ArrayList<>();
        if (gpu) {
            Device.first(Type.GPU, Type.INTEGRATED_GPU).ifPresent(devices::add);
        }
        devices.add(Device.first(Type.CPU)
                .orElseThrow(() -> new MissingLibraryException("no CPU backend was loaded", null)));
        List<NativeHandle> backends = new ArrayList<>();
        try {
            for (MemorySegment device : devices) {
                backends.add(init(device, threads));
            }
            return new Backend(backends, devices, threads);
        } catch (RuntimeException e) {
            backends.forEach(NativeHandle::close);
            throw e;
        }
    }

    private static NativeHandle init(MemorySegment device, int threads) {
        MemorySegment backend = GgmlBackendH.ggml_backend_dev_init(device, MemorySegment.NULL);
        if (backend.equals(MemorySegment.NULL)) {
            throw new NativeCallException(
                    "ggml_backend_dev_init", 0, CString.read(GgmlBackendH.ggml_backend_dev_name(device)));
        }
        BackendThreads.set(device, backend, threads);
        Optional<NativeHandle> pool = BackendThreads.startPool(device, threads);
        pool.ifPresent(started -> BackendThreads.usePool(device, backend, started.get()));
        return new NativeHandle("backend", backend, address -> {
            GgmlBackendH.ggml_backend_free(address);
            pool.ifPresent(NativeHandle::close);
        });
    }

    /// Has graphs compute with so many threads of the CPU from now on.
    ///
    /// @param wanted 1 up to those that it was opened with
    public void threads(int wanted) {
        if (wanted < 1 || wanted > mostThreads) {
            throw new IllegalArgumentException("threads are 1 to " + mostThreads + ", not " + wanted);
        }
        if (wanted == threads) {
            return;
        }
        for (int i = 0; i < devices.size(); i++) {
            BackendThreads.set(devices.get(i), backends.get(i).get(), wanted);
        }
        threads = wanted;
    }

    /// Such as `CPU` or `CUDA0`.
    public String name() {
        return CString.read(GgmlBackendH.ggml_backend_name(preferred()));
    }

    MemorySegment preferred() {
        return backends.getFirst().get();
    }

    List<NativeHandle> all() {
        return backends;
    }

    @Override
    public void close() {
        backends.forEach(NativeHandle::close);
    }
}
