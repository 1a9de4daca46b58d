package dev.icmlora.engine.request;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/// Signals to work that no client waits for it any more, or not for much longer. Set by one thread, read by others.
public final class Cancellation {

    /// Share of the time that is left to what follows unless it is known how long that takes.
    private static final double USUAL_REST = 0.35;
    /// Share of the time in which what was cut short becomes a result.
    private static final double ENDING = 0.1;
    /// Share of the time in which a result becomes a reply.
    private static final double REPLY = 0.05;

    private final long since;
    private final Duration limit;
    private final CountDownLatch requested = new CountDownLatch(1);
    /// Whether something else requests it.
    private final BooleanSupplier also;
    /// Seconds that what follows takes.
    private volatile DoubleSupplier rest;
    /// Whether other work goes first; asked each time, for others may come to wait for this work meanwhile.
    private volatile BooleanSupplier othersFirst;
    /// Whether one that waits for this work has no time any more.
    private final BooleanSupplier isPressed;

    /// Of work that has all the time that it wants.
    public Cancellation() {
        this(ChronoUnit.FOREVER.getDuration());
    }

    /// @param limit time from now until no client waits any more
    public Cancellation(Duration limit) {
        this(System.nanoTime(), limit, () -> USUAL_REST * seconds(limit), () -> false, () -> false, () -> false);
    }

    private Cancellation(
            long since,
            Duration limit,
            DoubleSupplier rest,
            BooleanSupplier also,
            BooleanSupplier othersFirst,
            BooleanSupplier isPressed) {
        this.since = since;
        this.limit = limit;
        this.rest = rest;
        this.also = also;
        this.othersFirst = othersFirst;
        this.isPressed = isPressed;
    }

    /// One for work that several wait for, which has this one's time and is requested by itself. It is as urgent as the
    /// most urgent of them.
    ///
    /// @param waiting who waits for it now, this one among them as long as it does; safe to read meanwhile
    public Cancellation sameTime(Collection<Cancellation> waiting) {
        return new Cancellation(
                since,
                limit,
                rest,
                () -> false,
                () -> waiting.stream().allMatch(Cancellation::letsOthersFirst),
                () -> waiting.stream().anyMatch(Cancellation::isShortOfTime));
    }

    /// One for work that can be left out: it is requested when the time for what follows comes, or this one is.
    public Cancellation whileThereIsTime() {
        return new Cancellation(
                since, limit, rest, () -> isRequested() || secondsToSpare() < 0, this::letsOthersFirst, isPressed);
    }

    /// Leaves so many seconds to what follows, as far as is known when it is asked.
    public void leave(DoubleSupplier seconds) {
        rest = seconds;
    }

    /// Has work end with what it has when so many seconds from now have passed, as far as is known when it is asked,
    /// and at the latest when it would without.
    public void endAfter(DoubleSupplier seconds) {
        var before = rest;
        var most = (1 - REPLY - ENDING) * seconds(limit) - secondsPassed();
        rest = () -> Math.max(before.getAsDouble(), most - seconds.getAsDouble());
    }

    /// Has work that no client waits for leave most of the worker's time to others.
    public void letOthersFirst() {
        othersFirst = () -> true;
    }

    public boolean letsOthersFirst() {
        return othersFirst.getAsBoolean();
    }

    public void request() {
        requested.countDown();
    }

    public boolean isRequested() {
        return requested.getCount() == 0 || also.getAsBoolean();
    }

    /// Waits until it is requested, as it is when a request has ended too.
    public void await() throws InterruptedException {
        requested.await();
    }

    /// Whether work should end with what it has.
    public boolean isShortOfTime() {
        return secondsToSpare() < ENDING * seconds(limit) || isPressed.getAsBoolean();
    }

    /// Seconds for what can be left out; below 0 once the time for what follows has come.
    public double secondsToSpare() {
        return (1 - REPLY) * seconds(limit) - secondsPassed() - rest.getAsDouble();
    }

    private double secondsPassed() {
        return (System.nanoTime() - since) / 1e9;
    }

    /// As a real number: forever has more nanoseconds than a long.
    private static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }

    /// @throws CancelledException if no client waits any more
    public void check() {
        if (isRequested()) {
            throw new CancelledException();
        }
    }
}
