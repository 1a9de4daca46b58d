package dev.icmlora.function.admission;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import io.opentelemetry.context.Context;

import dev.icmlora.engine.request.Cancellation;

/// Computes once what several requests ask for at the same time, in a thread of its own. A computation goes on while
/// one of them waits, and is cancelled when the last one leaves. What it fails with, all of them fail with.
/// Thread-safe.
///
/// A computation works in the place of the request that began it. The other requests have no place while they wait. It
/// is as urgent as the most urgent request that waits: what was begun in the background is so no longer once a client
/// waits for it too.
public final class SingleFlight<K, V> {

    /// How soon a request that waits notices that it was cancelled.
    private static final long NOTICE_MILLIS = 50;

    private final Map<K, Flight<V>> flights = new HashMap<>();

    private static final class Flight<V> {

        private final Turn beginner;
        private final Turn computation;
        private final CompletableFuture<V> result = new CompletableFuture<>();
        /// The worker's threads read it, to see how urgent the computation is.
        private final List<Cancellation> waiting = new CopyOnWriteArrayList<>();

        private Flight(Turn beginner) {
            this.beginner = beginner;
            this.waiting.add(beginner.cancellation());
            this.computation = beginner.beginComputation(waiting);
        }
    }

    /// @param compute gets the turn of the computation
    /// @param impatient whether the wait is over, of a request that can do without
    /// @return empty if it was not yet computed then
    /// @throws dev.icmlora.engine.request.CancelledException if the request is cancelled
    public Optional<V> of(K key, Function<Turn, V> compute, Turn request, BooleanSupplier impatient) {
        request.cancellation().check();
        var flight = join(key, compute, request);
        try {
            Supplier<Optional<V>> wait = () -> await(flight, request, impatient);
            return flight.beginner == request ? wait.get() : request.waitForAnother(wait);
        } finally {
            leave(key, flight, request);
        }
    }

    private synchronized Flight<V> join(K key, Function<Turn, V> compute, Turn request) {
        var flight = flights.get(key);
        if (flight == null) {
            flight = new Flight<>(request);
            flights.put(key, flight);
            begin(key, compute, flight);
        } else {
            flight.waiting.add(request.cancellation());
        }
        return flight;
    }

    private void begin(K key, Function<Turn, V> compute, Flight<V> flight) {
        flight.result.completeAsync(
                () -> {
                    try {
                        return compute.apply(flight.computation);
                    } finally {
                        forget(key, flight);
                        flight.computation.place.leave();
                    }
                },
                task -> Thread.ofVirtual()
                        .name("computation")
                        .start(Context.current().wrap(task)));
    }

    private synchronized void forget(K key, Flight<V> flight) {
        flights.remove(key, flight);
    }

    private synchronized void leave(K key, Flight<V> flight, Turn request) {
        flight.waiting.remove(request.cancellation());
        if (flight.waiting.isEmpty()) {
            forget(key, flight);
            flight.computation.cancellation().request();
        }
    }

    private static <V> Optional<V> await(Flight<V> flight, Turn request, BooleanSupplier impatient) {
        while (true) {
            request.cancellation().check();
            if (impatient.getAsBoolean()) {
                return Optional.empty();
            }
            try {
                return Optional.of(flight.result.get(NOTICE_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                // Looks again whether it still has to wait.
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while it is computed", e);
            }
        }
    }
}
