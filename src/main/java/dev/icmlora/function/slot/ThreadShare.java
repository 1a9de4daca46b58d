package dev.icmlora.function.slot;

import java.util.concurrent.atomic.AtomicInteger;

/// The processors, shared by the slots that have something to do. Threads of one computation wait for each
/// other and spin meanwhile, so more of them than processors cost more than they bring.
public final class ThreadShare {

    private final int threads;
    private final AtomicInteger busy = new AtomicInteger();

    /// @param threads of all slots together
    public ThreadShare(int threads) {
        this.threads = threads;
    }

    void enter() {
        busy.incrementAndGet();
    }

    void leave() {
        busy.decrementAndGet();
    }

    /// Slots with something to do.
    public int busy() {
        return busy.get();
    }

    /// Threads for one of them.
    int each() {
        return Math.max(1, threads / Math.max(1, busy.get()));
    }
}
