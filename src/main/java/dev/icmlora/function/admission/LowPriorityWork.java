package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;

/// Work with whole files, such as reading an adapter that a client brought. It needs no worker of the engine, and
/// takes the processors from the requests that are answered. So few requests may bring files at once. One piece of
/// work is done at a time, in the order in which it came, and while requests are answered a quarter of the time.
/// Thread-safe.
///
/// Threads that compute an answer wait for each other at every step. So what takes one processor from them for a
/// moment costs them all of them for as long.
@Singleton
public final class LowPriorityWork {

    private static final int FILES = 4;

    /// How much longer than the last piece of work the next one waits.
    private static final int REST = 3;

    private final CallerLimit files;
    private final BooleanSupplier isAnswering;
    private final ReentrantLock one = new ReentrantLock(true);
    private long rested = System.nanoTime();

    @Inject
    LowPriorityWork(Access access, EngineHost engineHost) {
        this(access::share, () -> engineHost.busyWorkers() > 0);
    }

    /// @param share see [CallerLimit]
    /// @param isAnswering whether requests are answered now
    public LowPriorityWork(IntUnaryOperator share, BooleanSupplier isAnswering) {
        this.files = new CallerLimit(FILES, share, "adapters are brought or added up");
        this.isAnswering = isAnswering;
    }

    /// A place for a request that brings or adds up files: each holds them in memory.
    ///
    /// @throws dev.icmlora.function.error.RequestException if there is none
    public Place enter(String caller) {
        return files.enter(caller);
    }

    /// Work of the caller's thread, which waits for its turn.
    public <T> T work(Supplier<T> work) {
        one.lock();
        try {
            rest();
            var start = System.nanoTime();
            try {
                return work.get();
            } finally {
                var now = System.nanoTime();
                rested = now + REST * (now - start);
            }
        } finally {
            one.unlock();
        }
    }

    private void rest() {
        var left = Duration.ofNanos(rested - System.nanoTime());
        if (left.isPositive() && isAnswering.getAsBoolean()) {
            try {
                Thread.sleep(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while others are answered", e);
            }
        }
    }
}
