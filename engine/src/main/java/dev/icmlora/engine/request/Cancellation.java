package dev.icmlora.engine.request;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/// Tells work that nobody waits for it any more, or not for much longer. Set by one thread, read by others.
public final class Cancellation {

    private final long since;
    private final Duration limit;
    private volatile boolean requested;

    /// Of work that has all the time that it wants.
    public Cancellation() {
        this(ChronoUnit.FOREVER.getDuration());
    }

    /// @param limit time from now until nobody waits any more
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
        return isLeft(limit.dividedBy(2));
    }

    /// Whether three quarters of the time are over, so that what can be left out should end at once.
    public boolean isNearlyOver() {
        return isLeft(limit.dividedBy(4));
    }

    private boolean isLeft(Duration most) {
        return limit.minusNanos(System.nanoTime() - since).compareTo(most) < 0;
    }

    /// @throws CancelledException if nobody waits any more
    public void check() {
        if (requested) {
            throw new CancelledException();
        }
    }
}
