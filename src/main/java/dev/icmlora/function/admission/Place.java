package dev.icmlora.function.admission;

import java.util.function.Supplier;

import dev.icmlora.engine.request.CancelledException;

/// What is taken until all that use it have left it: first the one that took it, and then the work that it began.
/// Thread-safe.
public final class Place {

    private final Runnable free;
    private int users = 1;

    /// @param free called once, when the last one leaves
    Place(Runnable free) {
        this.free = free;
    }

    /// Of a request that ends, and has none any more.
    static Place none() {
        return new Place(() -> {});
    }

    /// Uses it too, until [#leave].
    ///
    /// @throws CancelledException if all have left it
    synchronized Place share() {
        if (users == 0) {
            throw new CancelledException();
        }
        users++;
        return this;
    }

    public synchronized void leave() {
        if (--users == 0) {
            free.run();
        }
    }

    /// Work that keeps it to its end, although the one that took it may leave before.
    ///
    /// @throws CancelledException if all have left it
    public <T> T during(Supplier<T> work) {
        share();
        try {
            return work.get();
        } finally {
            leave();
        }
    }
}
