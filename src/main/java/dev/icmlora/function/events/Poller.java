package dev.icmlora.function.events;

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

    private final String name;
    private final Duration interval;
    private final int longestPause;
    private final Semaphore places;
    private final Supplier<List<T>> look;
    private final Consumer<T> work;
    private final Set<T> done = ConcurrentHashMap.newKeySet();
    private final Map<T, Setback> setbacks = new ConcurrentHashMap<>();
    private final Set<T> underway = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private String fault = "";

    /// Work that failed: it is not tried again at once, so that what cannot be done does not keep other work away.
    private record Setback(long until, Duration pause) {
        boolean isOver() {
            return System.nanoTime() - until >= 0;
        }
    }

    /// @param name of what it looks at, for the log
    /// @param longestPause between two attempts at what fails, in looks
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
        while (!Thread.currentThread().isInterrupted()) {
            try {
                lookAgain();
                if (news.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void lookAgain() {
        try {
            var there = look.get();
            there.forEach(this::begin);
            done.retainAll(there);
            setbacks.keySet().retainAll(there);
            fault = "";
        } catch (RuntimeException e) {
            // Once, not at every look: a store may be away for long.
            if (!fault.equals(String.valueOf(e.getMessage()))) {
                fault = String.valueOf(e.getMessage());
                LOG.warnf("%s cannot be looked at: %s", name, fault);
            }
        }
    }

    private void begin(T piece) {
        var setback = setbacks.get(piece);
        if (done.contains(piece)
                || setback != null && !setback.isOver()
                || underway.contains(piece)
                || !places.tryAcquire()) {
            return;
        }
        underway.add(piece);
        Thread.ofVirtual().name(name + ": " + piece).start(() -> {
            try {
                work.accept(piece);
                done.add(piece);
            } catch (RequestException | StorageException e) {
                LOG.debugf("%s comes again: %s", piece, e.getMessage());
                setBack(piece);
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s failed, and comes again", piece);
                setBack(piece);
            } finally {
                underway.remove(piece);
                places.release();
            }
        });
    }

    private void setBack(T piece) {
        setbacks.compute(piece, (_, last) -> {
            var longest = interval.multipliedBy(longestPause);
            var pause = last == null ? interval : last.pause.multipliedBy(2);
            var bounded = pause.compareTo(longest) > 0 ? longest : pause;
            return new Setback(System.nanoTime() + bounded.toNanos(), bounded);
        });
    }
}
