package dev.icmlora.function.events;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.error.RedeliverException;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.StorageException;

/// Raises events for the task files in configured directories, as a bucket's notifications do: at least once for each
/// version, and again while a delivery is not dealt with.
///
/// It looks instead of listening: that also finds what came while the function was down, works on every file system,
/// and a file that is still being written shows by its changes.
@Singleton
final class DirectoryWatcher {

    private static final Logger LOG = Logger.getLogger(DirectoryWatcher.class);

    /// Later than the engine, without which no task can be done.
    private static final int LAST = Integer.MAX_VALUE;

    /// In looks.
    private static final int LONGEST_PAUSE = 16;

    private final Buckets buckets;
    private final TaskEvents events;
    private final EventsConfig config;
    private final Set<ObjectCreated> delivered = ConcurrentHashMap.newKeySet();
    private final Map<ObjectCreated, Setback> setbacks = new ConcurrentHashMap<>();
    private final Set<ObjectCreated> underway = ConcurrentHashMap.newKeySet();
    private Map<String, String> before = new HashMap<>();
    private String fault = "";
    private Thread thread;

    /// A delivery that failed: it is not tried again at once, so that what cannot be done does not keep others away.
    private record Setback(long until, Duration pause) {
        static Setback after(Setback last, Duration first) {
            var pause = last == null ? first : last.pause.multipliedBy(2);
            var bounded = pause.compareTo(first.multipliedBy(LONGEST_PAUSE)) > 0 ? last.pause : pause;
            return new Setback(System.nanoTime() + bounded.toNanos(), bounded);
        }

        boolean isOver() {
            return System.nanoTime() - until >= 0;
        }
    }

    DirectoryWatcher(Buckets buckets, TaskEvents events, EventsConfig config) {
        this.buckets = buckets;
        this.events = events;
        this.config = config;
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        if (!buckets.directories().isEmpty()) {
            thread = Thread.ofVirtual().name("directory watcher").start(this::watch);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                lookAgain();
                Thread.sleep(config.watchInterval());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void lookAgain() {
        try {
            look();
            fault = "";
        } catch (RuntimeException e) {
            // Once, not at every look: a directory may be away for long.
            if (!fault.equals(String.valueOf(e.getMessage()))) {
                fault = String.valueOf(e.getMessage());
                LOG.warnf("A directory cannot be watched: %s", fault);
            }
        }
    }

    private void look() {
        var now = new HashMap<String, String>();
        var there = new HashSet<ObjectCreated>();
        for (var bucket : buckets.directories()) {
            for (var file : buckets.find(bucket).orElseThrow().list(config.tasksPrefix())) {
                now.put(bucket + file.key(), file.version());
                var event = new ObjectCreated(bucket, file.key(), Optional.of(file.version()));
                there.add(event);
                if (file.version().equals(before.get(bucket + file.key()))) {
                    deliver(event, file.key());
                }
            }
        }
        before = now;
        delivered.retainAll(there);
        setbacks.keySet().retainAll(there);
    }

    private void deliver(ObjectCreated event, String key) {
        var setback = setbacks.get(event);
        if (delivered.contains(event)
                || setback != null && !setback.isOver()
                || underway.size() >= config.jobs()
                || !underway.add(event)) {
            return;
        }
        Thread.ofVirtual().name("event " + key).start(() -> {
            try {
                events.handle(event);
                delivered.add(event);
            } catch (RedeliverException | StorageException e) {
                LOG.debugf("%s comes again: %s", key, e.getMessage());
                setBack(event);
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s failed, and comes again", key);
                setBack(event);
            } finally {
                underway.remove(event);
            }
        });
    }

    private void setBack(ObjectCreated event) {
        setbacks.compute(event, (failed, last) -> Setback.after(last, config.watchInterval()));
    }
}
