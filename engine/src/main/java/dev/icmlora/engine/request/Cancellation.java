package dev.icmlora.engine.request;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/// Signals to work that no client waits for it any more, or not for much longer. Set by one thread, read by others.
public final class Cancellation {

    private final long since;
    private final Duration limit;
    private volatile boolean requested;

    /// Of work that has all the time that it wants.
    public Cancellation() {
        this(ChronoUnit.FOREVER.getDuration());
    }

    /// @param limit time from now until no client waits any more
    public Cancellation(Duration limit) {
        this(System.nanoTime(), limit);
    }

    private Cancellation(long since, Duration limit) {
        this.since = since;
        this.limit = limit;
    }

    /// One for other work, which has the same time and is requested by itself.
    public Cancellation sameTime() {
        return new Cancellation(since, limit);
    }

    public void request() {
        requested = true;
    }

    public boolean isRequested() {
        return requested;
    }

    /// Whether half of the time is over, so that what can be left out should be.
    public boolean isShortOfTime() {
        return isSpent(0.5);
    }

    /// Whether so much of the time is over.
    ///
    /// @param share 0 to 1
    public boolean isSpent(double share) {
        return secondsUntil(share) < 0;
    }

    /// Seconds until so much of the time is over; below 0 afterwards.
    public double secondsUntil(double share) {
        // As real numbers: forever has more nanoseconds than a long.
        return share * (limit.getSeconds() + limit.getNano() / 1e9) - (System.nanoTime() - since) / 1e9;
    }

    /// @throws CancelledException if no client waits any more
    public void check() {
        if (requested) {
            throw new CancelledException();
        }
    }
}
