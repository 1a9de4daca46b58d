package dev.icmlora.function.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.Bucket;

/// Raises events for the task files in configured directories, as a bucket's notifications do: at least once for each
/// version, and again while a delivery is not dealt with.
@Singleton
final class DirectoryWatcher {

    /// Later than the engine, without which no task can be done.
    private static final int LAST = Integer.MAX_VALUE;

    /// In looks.
    private static final int LONGEST_PAUSE = 16;

    private final Buckets buckets;
    private final TaskEvents events;
    private final EventsConfig config;
    private final List<Poller<ObjectCreated>> pollers = new ArrayList<>();

    DirectoryWatcher(Buckets buckets, TaskEvents events, EventsConfig config) {
        this.buckets = buckets;
        this.events = events;
        this.config = config;
    }

    /// Each is looked at by itself: one that is away keeps no other waiting.
    void start(@Observes @Priority(LAST) StartupEvent event) {
        var places = new Semaphore(config.jobs());
        for (var bucket : buckets.directories()) {
            var directory = new Directory(bucket);
            pollers.add(new Poller<>(
                    bucket.toString(),
                    config.watchInterval(),
                    LONGEST_PAUSE,
                    places,
                    directory::unchanged,
                    events::handle));
        }
        pollers.forEach(Poller::start);
    }

    void stop(@Observes ShutdownEvent event) {
        pollers.forEach(Poller::stop);
    }

    private final class Directory {

        private final Bucket bucket;
        private Set<ObjectCreated> before = Set.of();

        private Directory(Bucket bucket) {
            this.bucket = bucket;
        }

        /// A file that is still being written has another version at each look.
        private List<ObjectCreated> unchanged() {
            var there = buckets.find(bucket).orElseThrow().list(config.tasksPrefix()).stream()
                    .map(file -> new ObjectCreated(bucket, file.key(), Optional.of(file.version())))
                    .toList();
            var unchanged = there.stream().filter(before::contains).toList();
            before = Set.copyOf(there);
            return unchanged;
        }
    }
}
