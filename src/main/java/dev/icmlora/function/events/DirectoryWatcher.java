package dev.icmlora.function.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.Bucket;
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
    private final Semaphore places;
    private final List<Thread> threads = new ArrayList<>();

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
        this.places = new Semaphore(config.jobs());
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        for (var bucket : buckets.directories()) {
            threads.add(Thread.ofVirtual().name("watcher of " + bucket).start(new Directory(bucket)::watch));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        threads.forEach(Thread::interrupt);
    }

    /// Each is looked at by itself: one that is away keeps no other waiting.
    private final class Directory {

        private final Bucket bucket;
        private final Set<ObjectCreated> delivered = ConcurrentHashMap.newKeySet();
        private final Map<ObjectCreated, Setback> setbacks = new ConcurrentHashMap<>();
        private final Set<ObjectCreated> underway = ConcurrentHashMap.newKeySet();
        private Set<ObjectCreated> before = Set.of();
        private String fault = "";

        private Directory(Bucket bucket) {
            this.bucket = bucket;
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
            var there = buckets.find(bucket).orElseThrow().list(config.tasksPrefix()).stream()
                    .map(file -> new ObjectCreated(bucket, file.key(), Optional.of(file.version())))
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            // One that is still being written has another version at each look.
            there.stream().filter(before::contains).forEach(this::deliver);
            before = there;
            delivered.retainAll(there);
            setbacks.keySet().retainAll(there);
        }

        private void deliver(ObjectCreated event) {
            var setback = setbacks.get(event);
            if (delivered.contains(event)
                    || setback != null && !setback.isOver()
                    || underway.contains(event)
                    || !places.tryAcquire()) {
                return;
            }
            underway.add(event);
            Thread.ofVirtual().name("event " + event.key()).start(() -> {
                try {
                    events.handle(event);
                    delivered.add(event);
                } catch (RequestException | StorageException e) {
                    LOG.debugf("%s comes again: %s", event.key(), e.getMessage());
                    setBack(event);
                } catch (RuntimeException e) {
                    LOG.errorf(e, "%s failed, and comes again", event.key());
                    setBack(event);
                } finally {
                    underway.remove(event);
                    places.release();
                }
            });
        }

        private void setBack(ObjectCreated event) {
            setbacks.compute(event, (failed, last) -> Setback.after(last, config.watchInterval()));
        }
    }
}
