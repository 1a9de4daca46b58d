package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.error.RequestException;

/// How much of something all callers may have together: requests, bytes, downloads. One caller has half at most of
/// what the others leave, so that several together leave some to another one. Thread-safe.
public final class CallerLimit {

    private final int capacity;
    private final IntUnaryOperator share;
    private final String taking;
    private final Map<String, Integer> byCaller = new HashMap<>();
    private int all;

    /// @param share how much one caller may have of what the others leave, as
    /// [dev.icmlora.function.access.Access#share]
    /// @param taking what is done with it, such as "tasks are being tuned"
    public CallerLimit(int capacity, IntUnaryOperator share, String taking) {
        this.capacity = capacity;
        this.share = share;
        this.taking = taking;
    }

    /// A place that is taken until it is left.
    ///
    /// @param caller as [dev.icmlora.function.access.Caller.TokenAccount#payer]
    /// @throws RequestException if none is free for this caller
    public Place enter(String caller) {
        take(caller, 1);
        return new Place(() -> giveBack(caller, 1));
    }

    /// The same, as soon as one is free for this caller.
    ///
    /// @throws RequestException if none is in this time
    /// @throws CancelledException if the thread is interrupted
    public synchronized Place await(String caller, Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        try {
            for (var left = patience.toNanos();
                    left > 0 && refusal(caller, 1).isPresent();
                    left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        }
        return enter(caller);
    }

    /// @throws RequestException if so much is not free for this caller
    public synchronized void take(String caller, int amount) {
        refusal(caller, amount).ifPresent(refusal -> {
            throw refusal;
        });
        byCaller.merge(caller, amount, Integer::sum);
        all += amount;
    }

    public synchronized void giveBack(String caller, int amount) {
        byCaller.computeIfPresent(caller, (_, taken) -> taken == amount ? null : taken - amount);
        all -= amount;
        notifyAll();
    }

    /// Why a caller cannot have so much now; empty if it can.
    public synchronized Optional<RequestException> refusal(String caller, int amount) {
        if (amount > capacity - all) {
            return Optional.of(RequestException.limitReached("%d %s already".formatted(capacity, taking)));
        }
        var most = share.applyAsInt(capacity - all + of(caller));
        return amount > most - of(caller)
                ? Optional.of(RequestException.shareReached("%d %s already".formatted(most, taking)))
                : Optional.empty();
    }

    /// What this caller has.
    synchronized int of(String caller) {
        return byCaller.getOrDefault(caller, 0);
    }

    /// What all callers have.
    synchronized int all() {
        return all;
    }

    /// Whether a caller that has nothing may have some.
    synchronized boolean hasRoom() {
        return all < capacity;
    }

    /// What is taken until all that use it have left it: first the one that took it, and then the work that it
    /// began. Thread-safe.
    public static final class Place {

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
}
