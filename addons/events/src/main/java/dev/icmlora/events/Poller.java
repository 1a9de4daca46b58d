package dev.icmlora.events;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.StorageException;

/// Looks for work again and again, and does each piece on a thread of its own: once while it is listed, and again if it
/// fails.
///
/// It looks instead of listening: that also finds what came while the function was down, and works on every store.
///
/// @param <T> a piece of work, equal at each look
final class Poller<T> {

    private static final Logger LOG = Logger.getLogger(Poller.class);
    private static final int MOST_DOUBLINGS = 10;

    private final String name;
    private final Duration interval;
    private final int longestPause;
    private final Semaphore places;
    private final Supplier<List<T>> look;
    private final Consumer<T> work;
    private final Set<T> done = ConcurrentHashMap.newKeySet();
    private final Map<T, Integer> failures = new ConcurrentHashMap<>();
    private final Set<T> underway = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private List<T> listed = List.of();
    private String fault = "";
    private long looks;

    /// @param name of what it looks at, for the log
    /// @param longestPause in looks, between two attempts at what fails. Each pause is twice the one before,
    /// so that what cannot be done keeps no other work away
    /// @param places for pieces of work at the same time
    /// @param look lists what is to be done, the most urgent first
    Poller(
            String name,
            Duration interval,
            int longestPause,
            Semaphore places,
            Supplier<List<T>> look,
            Consumer<T> work) {
        this.name = name;
        this.interval = interval;
        this.longestPause = longestPause;
        this.places = places;
        this.look = look;
        this.work = work;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    /// Looks at once.
    void wake() {
        news.release();
    }

    boolean isUnderway(T piece) {
        return underway.contains(piece);
    }

    private void run() {
        try {
            while (true) {
                lookAgain();
                if (news.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            LOG.debugf("%s is no longer looked at", name);
        }
    }

    private void lookAgain() {
        try {
            begin(look.get());
            fault = "";
        } catch (RuntimeException e) {
            // Once, not at every look: a store may be away for long.
            if (!fault.equals(String.valueOf(e.getMessage()))) {
                fault = String.valueOf(e.getMessage());
                LOG.warnf("%s cannot be looked at: %s", name, fault);
            }
        }
    }

    private synchronized void begin(List<T> there) {
        looks++;
        listed = there;
        there.forEach(this::begin);
        done.retainAll(there);
        failures.keySet().retainAll(there);
    }

    /// What found no place at the last look; what has failed waits for another one.
    private synchronized void beginMore() {
        if (thread.isAlive()) {
            listed.stream().filter(piece -> !failures.containsKey(piece)).forEach(this::begin);
        }
    }

    private void begin(T piece) {
        var pause = Math.min(longestPause, 1L << Math.max(0, failures.getOrDefault(piece, 0) - 1));
        if (done.contains(piece) || looks % pause != 0 || underway.contains(piece) || !places.tryAcquire()) {
            return;
        }
        underway.add(piece);
        Thread.ofVirtual().name(name + ": " + piece).start(() -> {
            try {
                work.accept(piece);
                done.add(piece);
            } catch (RuntimeException e) {
                failures.merge(piece, 1, (last, one) -> Math.min(last + one, MOST_DOUBLINGS));
                var isExpected = e instanceof RequestException || e instanceof StorageException;
                LOG.logf(isExpected ? Level.DEBUG : Level.ERROR, e, "%s comes again", piece);
            } finally {
                underway.remove(piece);
                places.release();
                beginMore();
            }
        });
    }
}
