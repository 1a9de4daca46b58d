package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.admission.CallerLimit.Place;

/// A request that is inside the [Admission], or a computation that it began, which works in its place. Both use the
/// engine as long as they work.
public final class Turn {

    final Admission admission;
    private final TokenAccount account;
    private final Cancellation cancellation;
    private final boolean isRequest;
    /// Whether it can be asked for again, and so ends when the admission is closed.
    final boolean isLong;

    // These two belong to the thread that works.

    Place place;
    private Optional<EngineSession> session = Optional.empty();

    // The rest belongs to the admission's lock.

    /// The line is in this order.
    long arrival;
    /// Completes when the request has a place.
    CompletableFuture<Place> placed;
    /// Ends it where it has not begun, or takes long.
    Runnable refuse;

    boolean hasBegun;
    private boolean waits;
    private long since;
    private long waitedNanos;

    Turn(Admission admission, TokenAccount account, Duration limit, boolean isLong) {
        this(admission, account, new Cancellation(limit), true, isLong);
    }

    private Turn(
            Admission admission, TokenAccount account, Cancellation cancellation, boolean isRequest, boolean isLong) {
        this.admission = admission;
        this.account = account;
        this.cancellation = cancellation;
        this.isRequest = isRequest;
        this.isLong = isLong;
    }

    /// The account that pays for what is computed.
    public TokenAccount account() {
        return account;
    }

    /// Whose share it counts in.
    public String caller() {
        return account.payer();
    }

    public Cancellation cancellation() {
        return cancellation;
    }

    void use(EngineSession engine) {
        session = Optional.of(engine);
    }

    public EngineSession session() {
        return session.orElseThrow();
    }

    public Engine engine() {
        return session().engine();
    }

    /// A computation that is cancelled by itself. It has the same time, and the same place until both have left it.
    ///
    /// @param waiting who waits for it
    Turn beginComputation(Collection<Cancellation> waiting) {
        var computation = new Turn(admission, account, cancellation.sameTime(waiting), false, isLong);
        computation.place = place.share();
        computation.session = session.map(engine -> engine.with(computation.cancellation));
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
