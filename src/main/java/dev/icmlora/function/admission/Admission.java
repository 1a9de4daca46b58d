package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

import io.opentelemetry.context.Context;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.admission.CallerLimit.Place;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// The gate before the engine. A [CallerLimit] bounds the requests inside. So many of them have a place and are worked
/// on, each in a thread of its own; half of the places are one caller's at most. The others wait in line. The next
/// place goes to the caller that has the fewest, of several to the one whose request came first. What takes long and
/// can be asked for again has one when no other request could.
///
/// A request that is cancelled, by its deadline or because its client left, leaves the line, or is told through its
/// cancellation when it is worked on already. Any thread may call this.
final class Admission implements AutoCloseable {

    /// Requests that wait or are worked on.
    final CallerLimit inside;

    private final CallerLimit atWork;
    private final int placesOfOne;
    private final Set<Turn> requests = new HashSet<>();
    /// By arrival.
    private final SortedMap<Long, Turn> line = new TreeMap<>();

    private long arrivals;
    private boolean closed;

    /// @param mayWait requests that may wait
    /// @param places requests that are worked on at the same time
    /// @param share how much of a number one caller may have
    Admission(int mayWait, int places, IntUnaryOperator share) {
        this.inside = new CallerLimit(mayWait + places, share, "requests are at work or wait");
        this.atWork = new CallerLimit(places, all -> all, "requests are at work");
        this.placesOfOne = share.applyAsInt(places);
    }

    /// Does work as soon as there is a place for it; this thread waits for the result.
    ///
    /// @param account of the caller, in whose share it counts
    /// @param limit time until the result
    /// @param isLong whether it takes long and can be asked for again: then it begins when no other request could
    /// begin, and is cancelled at the [#close]
    /// @throws RequestException if it is refused or late
    /// @throws EngineClosedException if the function stops
    /// @throws CancelledException if this thread is interrupted
    /// @throws RuntimeException what the work throws
    <T> T submit(TokenAccount account, Duration limit, boolean isLong, Function<Turn, T> work) {
        var request = new Turn(this, account, limit, isLong);
        var result = begin(request, work);
        try {
            return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late(limit, request);
        } catch (InterruptedException e) {
            throw new CancelledException();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } finally {
            withdraw(request);
        }
    }

    /// @throws RequestException if it is refused
    synchronized <T> CompletableFuture<T> begin(Turn request, Function<Turn, T> work) {
        requireRoom(request.caller());
        inside.take(request.caller(), 1);
        requests.add(request);
        request.arrival = arrivals++;
        var result = new CompletableFuture<T>();
        request.refuse = () -> result.completeExceptionally(new EngineClosedException());
        var task = Context.current().wrap(() -> work(request, work, result));
        waitInLine(request).thenAccept(place -> {
            request.place = place;
            Thread.ofVirtual().name("request").start(task);
        });
        return result;
    }

    private <T> void work(Turn request, Function<Turn, T> work, CompletableFuture<T> result) {
        Runnable outcome;
        try {
            request.cancellation().check();
            var value = work.apply(request);
            outcome = () -> result.complete(value);
        } catch (Throwable t) {
            outcome = () -> result.completeExceptionally(t);
        }
        // First, for who hears of the outcome may ask for more at once.
        forget(request);
        request.place.leave();
        outcome.run();
    }

    private CompletableFuture<Place> waitInLine(Turn request) {
        request.placed = new CompletableFuture<>();
        request.beginWaiting();
        line.put(request.arrival, request);
        var placed = request.placed;
        letIn();
        return placed;
    }

    private void letIn() {
        while (atWork.hasRoom()) {
            var next = line.values().stream()
                    .filter(request -> atWork.of(request.caller()) < placesOfOne)
                    .min(Comparator.<Turn, Boolean>comparing(request -> request.isLong)
                            .thenComparingInt(request -> atWork.of(request.caller())));
            if (next.isEmpty()) {
                return;
            }
            var request = next.get();
            line.remove(request.arrival);
            atWork.take(request.caller(), 1);
            request.endWaiting();
            request.hasBegun = true;
            request.placed.complete(new Place(() -> freePlace(request.caller())));
        }
    }

    private synchronized void freePlace(String caller) {
        atWork.giveBack(caller, 1);
        letIn();
        notifyAll();
    }

    private synchronized void forget(Turn request) {
        requests.remove(request);
        inside.giveBack(request.caller(), 1);
        notifyAll();
    }

    /// Takes a request's place, until [#comeBack]: what it waits for is not its own work.
    void stepAside(Turn request) {
        synchronized (this) {
            request.beginWaiting();
        }
        request.place.leave();
    }

    /// Waits in line for a place. A request that was cancelled gets none.
    Place comeBack(Turn request) {
        CompletableFuture<Place> placed;
        synchronized (this) {
            if (request.cancellation().isRequested()) {
                return Place.none();
            }
            placed = waitInLine(request);
        }
        return placed.join();
    }

    /// Cancels a request, which leaves the line.
    synchronized void withdraw(Turn request) {
        request.cancellation().request();
        if (line.remove(request.arrival, request)) {
            if (request.hasBegun) {
                request.placed.complete(Place.none());
            } else {
                forget(request);
            }
        }
    }

    private synchronized RequestException late(Duration limit, Turn request) {
        var millis = Math.min(request.waited().toMillis(), limit.toMillis());
        var kind = millis > limit.toMillis() / 2 ? Kind.CROWDED_OUT : Kind.DEADLINE;
        return kind.because(
                "The request was not answered within %d ms, which is the limit; %d ms of them it waited for others"
                        .formatted(limit.toMillis(), millis));
    }

    /// Whether a request of a caller that has none inside would be taken now.
    synchronized boolean hasRoom() {
        return !closed && inside.hasRoom();
    }

    /// Whether a request of this caller would be taken now.
    synchronized boolean hasRoom(String caller) {
        return !closed && inside.refusal(caller, 1).isEmpty();
    }

    /// Refuses at once what [#submit] would refuse now.
    synchronized void requireRoom(String caller) {
        if (closed) {
            throw new EngineClosedException();
        }
        inside.refusal(caller, 1).ifPresent(refusal -> {
            throw refusal;
        });
    }

    /// Requests that wait for a place.
    synchronized int waiting() {
        return line.size();
    }

    /// Takes no more, refuses what waits, and lets what is worked on end, unless that takes long.
    @Override
    public void close() {
        for (var request : closing()) {
            request.refuse.run();
            withdraw(request);
        }
        awaitEnd();
    }

    private synchronized List<Turn> closing() {
        closed = true;
        return requests.stream()
                .filter(request -> request.isLong || !request.hasBegun)
                .toList();
    }

    private synchronized void awaitEnd() {
        var interrupted = false;
        while (inside.all() > 0 || atWork.all() > 0) {
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
