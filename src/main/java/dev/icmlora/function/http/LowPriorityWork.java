package dev.icmlora.function.http;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.admission.CallerLimit.Place;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.http.ClientConnection.RequestEnd;

/// Work that needs no worker of the engine, and takes the processors from the requests that are answered, such as
/// reading an adapter that a client brought. One piece of it is done at a time, in the order in which it came, and
/// while requests are answered a quarter of the time. Few requests may bring files or add them up at once: each
/// holds them in memory. Thread-safe.
///
/// Threads that compute an answer wait for each other at every step. So what takes one processor from them for a
/// moment costs them all of them for as long.
@Singleton
public final class LowPriorityWork {

    private static final int FILES = 4;

    /// How much longer than the last piece of work the next one waits.
    private static final int REST = 3;

    private static final String PLACE = LowPriorityWork.class.getName();

    private final CallerLimit files;
    private final BooleanSupplier isAnswering;
    private final ReentrantLock one = new ReentrantLock(true);
    private long rested = System.nanoTime();

    @Inject
    LowPriorityWork(Access access, EngineHost engineHost) {
        this(access::share, () -> engineHost.engine().busyWorkers() > 0);
    }

    /// @param share see [CallerLimit]
    /// @param isAnswering whether requests are answered now
    LowPriorityWork(IntUnaryOperator share, BooleanSupplier isAnswering) {
        this.files = new CallerLimit(FILES, share, "adapters are brought or added up");
        this.isAnswering = isAnswering;
    }

    /// Takes a place until the request has ended, and its work with it.
    ///
    /// @throws RequestException if there is none
    public void take(String caller, RoutingContext context) {
        var place = files.enter(caller);
        context.put(PLACE, place);
        RequestEnd.of(context).then(place::leave);
    }

    /// @throws NotFoundException if the request has taken no place
    public static void requirePlace(RoutingContext context) {
        if (context.get(PLACE) == null) {
            throw new NotFoundException();
        }
    }

    /// Work of a request that has a place. It keeps that, although its client may have left: it still waits
    /// for its turn then, with a thread and a file.
    ///
    /// @throws CancelledException if the client has left before
    public static <T> T holding(RoutingContext context, Supplier<T> work) {
        return context.<Place>get(PLACE).during(work);
    }

    /// Work of the caller's thread, which waits for its turn unless it is interrupted.
    public <T> T work(Supplier<T> work) {
        try {
            one.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            rest();
            var start = System.nanoTime();
            try {
                return work.get();
            } finally {
                var now = System.nanoTime();
                rested = now + REST * (now - start);
            }
        } finally {
            one.unlock();
        }
    }

    private void rest() {
        var left = Duration.ofNanos(rested - System.nanoTime());
        if (left.isPositive() && isAnswering.getAsBoolean()) {
            try {
                Thread.sleep(left);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    private static IllegalStateException interrupted() {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while others are answered");
    }
}
