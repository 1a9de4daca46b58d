package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// The gate before the engine. So many requests are inside, and so many of them have a place and are worked on, each in
/// a thread of its own. The others wait, in a line for each caller. The next place goes to the caller that has the
/// fewest, of several to the one whose first request came first. Of both numbers one caller has no more than its share.
///
/// What several requests wait for is a computation. It belongs to none of them: it has a thread of its own, and a place
/// in the share of the caller that began it. The requests have no place meanwhile ([Admitted#aside]).
///
/// A request that is cancelled, by its deadline or because its subscriber left, leaves the line, or is told through its
/// [Cancellation] when it is worked on already. Any thread may call this.
final class Admission implements AutoCloseable {

    private static final String AT_WORK = " requests are at work or wait already";

    private final int capacity;
    private final int capacityOfOne;
    private final int places;
    private final int placesOfOne;
    private final Map<String, Line> lines = new HashMap<>();
    private long arrivals;
    private int inside;
    private int waiting;
    private int busy;
    private boolean closed;

    /// The requests of one caller that are inside, and the computations that they began.
    private static final class Line {

        private static final Comparator<Line> NEXT = Comparator.<Line>comparingInt(line -> line.busy)
                .thenComparingLong(line -> line.waiting.element().arrival);

        private final Set<Admitted> all = new HashSet<>();
        private final Queue<Admitted> waiting = new PriorityQueue<>(Comparator.comparingLong(one -> one.arrival));
        private int busy;

        private long requests() {
            return all.stream().filter(one -> one.isRequest).count();
        }
    }

    /// @param mayWait requests that may wait
    /// @param places requests that are worked on at the same time
    /// @param share how much of a number one caller may have
    Admission(int mayWait, int places, IntUnaryOperator share) {
        this.capacity = mayWait + places;
        this.capacityOfOne = share.applyAsInt(capacity);
        this.places = places;
        this.placesOfOne = share.applyAsInt(places);
    }

    /// Work that begins once the result is subscribed to and there is a place for it.
    ///
    /// The result fails with [RequestException] if it is refused or late, with [EngineClosedException], or with
    /// what the work throws.
    ///
    /// @param caller in whose line it waits
    /// @param limit time from submission to result
    <T> Uni<T> submit(String caller, Duration limit, Function<Admitted, T> work) {
        return submit(caller, limit, false, work);
    }

    /// The same for work that takes long and can be asked for again: it is cancelled at the [#close].
    <T> Uni<T> submitLong(String caller, Duration limit, Function<Admitted, T> work) {
        return submit(caller, limit, true, work);
    }

    private <T> Uni<T> submit(String caller, Duration limit, boolean isLong, Function<Admitted, T> work) {
        return Uni.createFrom().deferred(() -> {
            var request = new Admitted(this, caller, new Cancellation(limit), true, isLong);
            return Uni.createFrom()
                    .<T>emitter(emitter -> {
                        emitter.onTermination(() -> withdraw(request));
                        enter(request, work, emitter::complete, emitter::fail);
                    })
                    .ifNoItem()
                    .after(limit)
                    .failWith(() -> late(limit, waited(request, limit)));
        });
    }

    private synchronized <T> void enter(
            Admitted request, Function<Admitted, T> work, Consumer<T> done, Consumer<Throwable> failed) {
        requireRoom(request.caller);
        request.arrival = arrivals++;
        request.refuse = () -> failed.accept(new EngineClosedException());
        inside++;
        add(request, work, done, failed);
    }

    /// Work that belongs to no request, as a computation that one begins.
    ///
    /// @param result what it completes, unless it is withdrawn before it has begun
    /// @return cancelled by [#withdraw] alone
    synchronized <T> Admitted compute(Admitted beginner, Function<Admitted, T> work, CompletableFuture<T> result) {
        var cancellation = beginner.cancellation.sameTime();
        var computation = new Admitted(this, beginner.caller, cancellation, false, beginner.isLong);
        computation.arrival = beginner.arrival;
        add(computation, work, result::complete, result::completeExceptionally);
        return computation;
    }

    private <T> void add(Admitted one, Function<Admitted, T> work, Consumer<T> done, Consumer<Throwable> failed) {
        lines.computeIfAbsent(one.caller, _ -> new Line()).all.add(one);
        var task = Context.current().wrap(() -> work(one, work, done, failed));
        queue(one, () -> Thread.ofVirtual().name("request").start(task));
    }

    private <T> void work(Admitted one, Function<Admitted, T> work, Consumer<T> done, Consumer<Throwable> failed) {
        Runnable outcome;
        try {
            one.cancellation.check();
            var result = work.apply(one);
            outcome = () -> done.accept(result);
        } catch (Throwable t) {
            outcome = () -> failed.accept(t);
        }
        // First, for who hears of the outcome may ask for more at once.
        end(one);
        outcome.run();
    }

    private void queue(Admitted one, Runnable next) {
        one.next = next;
        one.beginWaiting();
        lines.get(one.caller).waiting.add(one);
        waiting++;
        letIn();
    }

    private void letIn() {
        while (busy < places) {
            var next = lines.values().stream()
                    .filter(line -> !line.waiting.isEmpty() && line.busy < placesOfOne)
                    .min(Line.NEXT);
            if (next.isEmpty()) {
                return;
            }
            var line = next.get();
            var one = line.waiting.remove();
            waiting--;
            line.busy++;
            busy++;
            one.endWaiting();
            one.hasPlace = true;
            one.hasBegun = true;
            one.next.run();
        }
    }

    private void leavePlace(Admitted one) {
        if (one.hasPlace) {
            one.hasPlace = false;
            lines.get(one.caller).busy--;
            busy--;
            letIn();
        }
    }

    synchronized void stepAside(Admitted one, boolean forOthers) {
        if (forOthers) {
            one.beginWaiting();
        }
        leavePlace(one);
    }

    void comeBack(Admitted one) {
        var back = new CompletableFuture<Void>();
        synchronized (this) {
            if (one.cancellation.isRequested()) {
                return;
            }
            queue(one, () -> back.complete(null));
        }
        back.join();
    }

    /// Cancels it, which leaves the line.
    synchronized void withdraw(Admitted one) {
        one.cancellation.request();
        var line = lines.get(one.caller);
        if (line != null && line.waiting.remove(one)) {
            waiting--;
            if (one.hasBegun) {
                one.next.run();
            } else {
                forget(one);
            }
        }
    }

    private synchronized void end(Admitted one) {
        leavePlace(one);
        forget(one);
    }

    private void forget(Admitted one) {
        inside -= one.isRequest ? 1 : 0;
        var line = lines.get(one.caller);
        line.all.remove(one);
        if (line.all.isEmpty()) {
            lines.remove(one.caller);
            notifyAll();
        }
    }

    private synchronized Duration waited(Admitted one, Duration limit) {
        var time = Duration.ofNanos(one.waited());
        return time.compareTo(limit) > 0 ? limit : time;
    }

    private static RequestException late(Duration limit, Duration waited) {
        var kind = waited.compareTo(limit.dividedBy(2)) > 0 ? Kind.CROWDED_OUT : Kind.DEADLINE;
        return kind.because(
                "The request was not answered within %d ms, which is the limit; %d ms of them it waited for others"
                        .formatted(limit.toMillis(), waited.toMillis()));
    }

    /// Whether a request of some caller would be taken now.
    synchronized boolean hasRoom() {
        return !closed && inside < capacity;
    }

    /// Whether a request of this caller would be taken now.
    synchronized boolean hasRoom(String caller) {
        return refusal(caller).isEmpty();
    }

    /// Refuses at once what [#submit] would refuse now.
    synchronized void requireRoom(String caller) {
        refusal(caller).ifPresent(refusal -> {
            throw refusal;
        });
    }

    private Optional<RuntimeException> refusal(String caller) {
        if (closed) {
            return Optional.of(new EngineClosedException());
        }
        if (inside >= capacity) {
            return Optional.of(RequestException.queueFull(capacity + AT_WORK));
        }
        var line = lines.get(caller);
        return line != null && line.requests() >= capacityOfOne
                ? Optional.of(RequestException.shareFull(capacityOfOne + AT_WORK))
                : Optional.empty();
    }

    /// Requests and computations that wait for a place.
    synchronized int waiting() {
        return waiting;
    }

    /// Requests that wait or are worked on.
    synchronized int inside() {
        return inside;
    }

    /// Callers of which there is anything.
    synchronized int callers() {
        return lines.size();
    }

    /// Takes no more, refuses what waits, and lets what is worked on end, unless that takes long.
    @Override
    public void close() {
        // They leave by failing, or are told to end.
        closing().forEach(request -> request.refuse.run());
        awaitEnd();
    }

    private synchronized List<Admitted> closing() {
        closed = true;
        return lines.values().stream()
                .flatMap(line -> line.all.stream())
                .filter(one -> one.isRequest && (one.isLong || !one.hasBegun))
                .toList();
    }

    private synchronized void awaitEnd() {
        var interrupted = false;
        while (!lines.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
