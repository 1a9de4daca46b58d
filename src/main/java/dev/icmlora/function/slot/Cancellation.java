package dev.icmlora.function.slot;

import dev.icmlora.function.error.CancelledException;

/// Tells work that nobody waits for it any more. Set by one thread, read by others.
public final class Cancellation {

    private volatile boolean requested;

    public void request() {
        requested = true;
    }

    public boolean isRequested() {
        return requested;
    }

    /// @throws CancelledException if nobody waits any more
    public void check() {
        if (requested) {
            throw new CancelledException();
        }
    }
}
