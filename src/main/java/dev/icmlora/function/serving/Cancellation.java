package dev.icmlora.function.serving;

import dev.icmlora.function.error.CancelledException;

/// Tells work that nobody waits for it any more. Set by one thread, read by the slot's between decodes.
final class Cancellation {

    private volatile boolean requested;

    void request() {
        requested = true;
    }

    /// @throws CancelledException if nobody waits any more
    void check() {
        if (requested) {
            throw new CancelledException();
        }
    }
}
