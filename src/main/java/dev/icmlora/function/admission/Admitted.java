package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.icmlora.engine.request.Cancellation;

/// A request that is inside the [Admission], or a computation that it began, which works in its place.
public final class Admitted {

    final Admission admission;
    private final String caller;
    private final Cancellation cancellation;
    private final boolean isRequest;
    /// Whether it can be asked for again, and so ends when the admission is closed.
    final boolean isLong;

    /// Belongs to the thread that works.
    Place place;

    // The rest belongs to the admission's lock.

    /// The line is in this order.
    long arrival;
    /// Completes when the request has a place.
    CompletableFuture<Place> turn;
    /// Ends it where it has not begun, or takes long.
    Runnable refuse;

    boolean hasBegun;
    private boolean waits;
    private long since;
    private long waitedNanos;

    Admitted(Admission admission, String caller, Duration limit, boolean isLong) {
        this(admission, caller, new Cancellation(limit), true, isLong);
    }

    private Admitted(Admission admission, String caller, Cancellation cancellation, boolean isRequest, boolean isLong) {
        this.admission = admission;
        this.caller = caller;
        this.cancellation = cancellation;
        this.isRequest = isRequest;
        this.isLong = isLong;
    }

    /// Whose share it counts in.
    public String caller() {
        return caller;
    }

    public Cancellation cancellation() {
        return cancellation;
    }

    /// A computation that is cancelled by itself. It has the same time, and the same place until both have left it.
    Admitted beginComputation() {
        var computation = new Admitted(admission, caller, cancellation.sameTime(), false, isLong);
        computation.place = place.share();
        return computation;
    }

    /// Waits for what another one computes. A request has no place meanwhile, and has one again when this returns,
    /// unless it was cancelled.
    <T> T waitForAnother(Supplier<T> wait) {
        if (!isRequest) {
            return wait.get();
        }
        admission.stepAside(this);
        try {
            return wait.get();
        } finally {
            place = admission.comeBack(this);
        }
    }

    void beginWaiting() {
        if (!waits) {
            waits = true;
            since = System.nanoTime();
        }
    }

    void endWaiting() {
        waitedNanos = waited().toNanos();
        waits = false;
    }

    /// For how long it has waited for others.
    Duration waited() {
        return Duration.ofNanos(waits ? waitedNanos + System.nanoTime() - since : waitedNanos);
    }
}
