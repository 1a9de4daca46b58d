package dev.icmlora.function.admission;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

import io.opentelemetry.context.Context;
import org.jboss.logging.Logger;

import dev.icmlora.function.admission.CallerLimit.Place;
import dev.icmlora.function.error.RequestException;

/// Work for later requests, which no client waits for: one piece after the other, each once the request that asked for
/// it has its answer. Next is a piece of the caller that had least of the time; a piece that takes long is told to end
/// with what it has where another caller waits. Thread-safe.
final class BackgroundQueue {

    private static final Logger LOG = Logger.getLogger(BackgroundQueue.class);
    /// Pieces of all callers. More are when they are asked for again: a crowd that is served in a hurry does not pile
    /// them up.
    private static final int MOST = 64;
    /// Pieces of one caller.
    private static final int MOST_OF_ONE = 8;

    private final Admission admission;
    private final Duration turn;
    private final LongSupplier clock;
    private final CallerLimit pieces;
    private final Set<Object> keys = ConcurrentHashMap.newKeySet();

    /// Those whose requests have their answers, in the order in which they had them.
    private final Set<Piece> ready = new LinkedHashSet<>();
    /// Time that callers had, in nanoseconds. One that comes has had as much as the least of those that are there, so
    /// that it neither waits for what it did not use before, nor passes the others for ever.
    private final Map<String, Long> had = new HashMap<>();
    /// Null where none is at work.
    private Piece running;

    private long since;

    private record Piece(Object key, String caller) {}

    /// @param share how much of a number one caller may have
    /// @param turn of a caller, where others wait
    /// @param clock in nanoseconds
    BackgroundQueue(Admission admission, IntUnaryOperator share, Duration turn, LongSupplier clock) {
        this.admission = admission;
        this.turn = turn;
        this.clock = clock;
        this.pieces =
                new CallerLimit(MOST, all -> Math.min(MOST_OF_ONE, share.applyAsInt(all)), "tasks wait to be tuned");
    }

    /// @param key of the work, which waits once however often it is asked for
    /// @param request whose account pays for it
    /// @param limit of time, also for its place
    /// @param work gets a turn of its own
    /// @return whether it waits to be done: not where too much does, or too much of this caller
    boolean later(Object key, Turn request, Duration limit, Consumer<Turn> work) {
        if (!keys.add(key)) {
            return true;
        }
        Place place;
        try {
            place = pieces.enter(request.caller());
        } catch (RequestException e) {
            keys.remove(key);
            return false;
        }
        var account = request.account();
        var answered = request.cancellation();
        Thread.ofVirtual().name("background").start(Context.current().wrap(() -> {
            try {
                answered.await();
                begin(key, account.payer());
                try {
                    admission.submit(account, limit, true, own -> {
                        own.cancellation().letOthersFirst();
                        own.cancellation().endAfter(() -> secondsOf(account.payer()));
                        work.accept(own);
                        return own;
                    });
                } finally {
                    end();
                }
            } catch (InterruptedException | RuntimeException e) {
                LOG.infof("A task was not tuned in the background: %s", e.getMessage());
            } finally {
                keys.remove(key);
                place.leave();
            }
        }));
        return true;
    }

    private synchronized void begin(Object key, String caller) throws InterruptedException {
        had.merge(caller, least(), Math::max);
        var piece = new Piece(key, caller);
        ready.add(piece);
        while (running != null || next() != piece) {
            wait();
        }
        ready.remove(piece);
        running = piece;
        since = clock.getAsLong();
    }

    private Piece next() {
        return ready.stream()
                .min(Comparator.comparing(piece -> had.get(piece.caller)))
                .orElse(null);
    }

    private synchronized void end() {
        had.merge(running.caller, clock.getAsLong() - since, Long::sum);
        running = null;
        var least = least();
        had.entrySet().removeIf(entry -> ready.isEmpty() || !isThere(entry.getKey()) && entry.getValue() <= least);
        notifyAll();
    }

    private boolean isThere(String caller) {
        return running != null && running.caller.equals(caller)
                || ready.stream().anyMatch(piece -> piece.caller.equals(caller));
    }

    /// The least that a caller had which is there.
    private long least() {
        return had.entrySet().stream()
                .filter(entry -> isThere(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .min()
                .orElse(0);
    }

    /// Pieces that could be done now.
    synchronized int waiting() {
        return ready.size();
    }

    /// How long a piece of this caller may take.
    private synchronized double secondsOf(String caller) {
        return ready.stream().allMatch(piece -> piece.caller.equals(caller))
                ? Double.POSITIVE_INFINITY
                : turn.toNanos() / 1e9;
    }
}
