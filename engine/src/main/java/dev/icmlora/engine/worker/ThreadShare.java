package dev.icmlora.engine.worker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// The processors, shared by the workers that have something to do. Threads of one computation wait for each
/// other and spin meanwhile, so more of them than processors cost more than they bring.
public final class ThreadShare {

    private final int threads;
    private final AtomicInteger busy = new AtomicInteger();
    private volatile long single;

    /// @param threads of all workers together
    public ThreadShare(int threads) {
        this.threads = threads;
        this.single = System.nanoTime();
    }

    void enter() {
        busy.incrementAndGet();
    }

    void leave() {
        busy.decrementAndGet();
    }

    /// Workers with something to do.
    public int busy() {
        return busy.get();
    }

    /// Has every worker compute with one thread, from its next time slice on: while other work takes the processors.
    public void single(Duration next) {
        single = System.nanoTime() + next.toNanos();
    }

    /// Threads of all workers together.
    int threads() {
        return threads;
    }

    /// Threads for one of them.
    public int each() {
        return singleFor().isPositive() ? 1 : Math.max(1, threads / Math.max(1, busy.get()));
    }

    /// How long every worker goes on with one thread; not positive where none has to.
    Duration singleFor() {
        return Duration.ofNanos(single - System.nanoTime());
    }
}
