package dev.icmlora.function.admission;

import java.util.function.Supplier;

import dev.icmlora.engine.request.Cancellation;

/// A request that is inside the [Admission], or a computation that requests wait for.
public final class Admitted {

    final Admission admission;
    final String caller;
    final Cancellation cancellation;
    /// Whether it counts as inside, which a computation does not.
    final boolean isRequest;
    /// Whether it can be asked for again, and so ends when the admission is closed.
    final boolean isLong;

    // The rest belongs to the admission's lock.

    /// Its line is in this order.
    long arrival;
    /// What it does with its next place.
    Runnable next;
    /// Ends it where it has not begun, or takes long.
    Runnable refuse;

    boolean hasBegun;
    boolean hasPlace;
    private boolean waits;
    private long since;
    private long waitedNanos;

    Admitted(Admission admission, String caller, Cancellation cancellation, boolean isRequest, boolean isLong) {
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

    /// Waits without a place, and has one again when this returns, unless it was cancelled.
    ///
    /// @param forOthers whether what it waits for is not its own work
    <T> T aside(boolean forOthers, Supplier<T> wait) {
        admission.stepAside(this, forOthers);
        try {
            return wait.get();
        } finally {
            admission.comeBack(this);
        }
    }

    void beginWaiting() {
        if (!waits) {
            waits = true;
            since = System.nanoTime();
        }
    }

    void endWaiting() {
        waitedNanos = waited();
        waits = false;
    }

    /// For how long it has waited for others, in nanoseconds.
    long waited() {
        return waits ? waitedNanos + System.nanoTime() - since : waitedNanos;
    }
}
