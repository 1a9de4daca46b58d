package dev.icmlora.capi;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// Owns a native object: freed exactly once, refused after its owner closed it, and kept alive while others hold
/// it.
///
/// Closing never waits and never fails. If a holder is left (a context of a model, say), the object is freed
/// when the last of them lets go, so no order of closing leaves a dangling pointer.
public final class NativeHandle implements AutoCloseable {
    private final String what;
    private final MemorySegment address;
    private final Consumer<MemorySegment> free;
    private int holders;
    private boolean closed;

    /// @param what name for messages, such as "model"
    /// @param free the C function that frees it
    public NativeHandle(String what, MemorySegment address, Consumer<MemorySegment> free) {
        this.what = what;
        this.address = address;
        this.free = free;
    }

    /// @throws IllegalStateException after [#close]
    public synchronized MemorySegment get() {
        if (closed) {
            throw new IllegalStateException("this " + what + " is closed");
        }
        return address;
    }

    /// The address for one who holds this handle, whether or not the owner has closed it since.
    public MemorySegment held() {
        return address;
    }

    /// Keeps the object alive until [#drop].
    ///
    /// @throws IllegalStateException after [#close]
    public synchronized void hold() {
        get();
        holders++;
    }

    public void drop() {
        boolean last;
        synchronized (this) {
            holders--;
            last = closed && holders == 0;
        }
        if (last) {
            free.accept(address);
        }
    }

    @Override
    public void close() {
        boolean last;
        synchronized (this) {
            last = !closed && holders == 0;
            closed = true;
        }
        if (last) {
            free.accept(address);
        }
    }
}
