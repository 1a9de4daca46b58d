package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Does work that takes the processors from those who are answered: one piece at a time, in the order in which they
/// came, and while requests are answered a quarter of the time. Thread-safe.
///
/// Threads that compute an answer wait for each other at every step. So what takes one processor from them for a
/// moment costs them all of them for as long.
final class Sparingly {

    /// How much longer than the last piece of work the next one waits.
    private static final int REST = 3;

    private final BooleanSupplier isSomebodyAnswered;
    private final ReentrantLock one = new ReentrantLock(true);
    private long rested = System.nanoTime();

    Sparingly(BooleanSupplier isSomebodyAnswered) {
        this.isSomebodyAnswered = isSomebodyAnswered;
    }

    /// Work of the caller's thread, which waits for its turn.
    <T> T work(Supplier<T> work) {
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
        if (left.isPositive() && isSomebodyAnswered.getAsBoolean()) {
            try {
                Thread.sleep(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while others are answered", e);
            }
        }
    }
}
