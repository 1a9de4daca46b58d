package dev.icmlora.function.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Computes once what several requests ask for at the same time, in a computation that belongs to none of them: it goes
/// on while one of them waits, and is cancelled when the last one leaves. What it fails with, all of them fail with.
/// Thread-safe.
public final class SingleFlight<K, V> {

    /// How soon a request that waits notices that it was cancelled.
    private static final long NOTICE_MILLIS = 50;

    private final UnaryOperator<V> shared;
    private final Map<K, Flight<V>> flights = new HashMap<>();

    /// @param shared what all but the first request get, for which nothing was computed
    public SingleFlight(UnaryOperator<V> shared) {
        this.shared = shared;
    }

    private static final class Flight<V> {

        private final CompletableFuture<V> result = new CompletableFuture<>();
        /// The first one gets the result as it is.
        private final Deque<Admitted> requests = new ArrayDeque<>();

        private Admitted computation;
        private boolean isTaken;
    }

    /// @param compute gets what it is admitted as
    /// @throws dev.icmlora.engine.request.CancelledException if the request is cancelled
    public V of(K key, Function<Admitted, V> compute, Admitted request) {
        return of(key, compute, request, _ -> false).orElseThrow();
    }

    /// The same for a request that can do without.
    ///
    /// @param impatient whether the wait is over, of a computation that this request began or of another one's
    /// @return empty if it was not yet computed then
    public Optional<V> of(K key, Function<Admitted, V> compute, Admitted request, Predicate<Boolean> impatient) {
        var flight = join(key, compute, request);
        try {
            var began = began(flight, request);
            return request.aside(!began, () -> await(flight, request, () -> impatient.test(began)));
        } finally {
            leave(key, flight, request);
        }
    }

    private synchronized Flight<V> join(K key, Function<Admitted, V> compute, Admitted request) {
        var known = flights.get(key);
        var flight = known == null ? new Flight<V>() : known;
        flight.requests.add(request);
        if (known == null) {
            flights.put(key, flight);
            flight.computation = request.admission.compute(
                    request,
                    computation -> {
                        try {
                            return compute.apply(computation);
                        } finally {
                            forget(key, flight);
                        }
                    },
                    flight.result);
        }
        return flight;
    }

    private synchronized boolean began(Flight<V> flight, Admitted request) {
        return flight.requests.peekFirst() == request;
    }

    private synchronized void forget(K key, Flight<V> flight) {
        flights.remove(key, flight);
    }

    private synchronized void leave(K key, Flight<V> flight, Admitted request) {
        flight.requests.remove(request);
        if (flight.requests.isEmpty()) {
            forget(key, flight);
            flight.computation.admission.withdraw(flight.computation);
        }
    }

    private Optional<V> await(Flight<V> flight, Admitted request, BooleanSupplier impatient) {
        while (true) {
            request.cancellation.check();
            if (impatient.getAsBoolean()) {
                return Optional.empty();
            }
            try {
                return Optional.of(take(flight, request, flight.result.get(NOTICE_MILLIS, TimeUnit.MILLISECONDS)));
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

    private V take(Flight<V> flight, Admitted request, V result) {
        synchronized (this) {
            if (!flight.isTaken && flight.requests.peekFirst() == request) {
                flight.isTaken = true;
                return result;
            }
        }
        return shared.apply(result);
    }
}
