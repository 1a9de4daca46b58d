package dev.icmlora.events;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventMapping;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.events.EventReader.ObjectCreated;
import dev.icmlora.events.JobStatus.State;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageException;

/// Handles events, however they came; those of directories, which send none, come from looking. A call returns when the
/// task file has its outcome in the bucket or needs none,
/// and throws if the event must be delivered again.
@Singleton
public final class TaskEvents {

    private static final Logger LOG = Logger.getLogger(TaskEvents.class);
    /// Later than the engine, without which nothing can be done.
    static final int AFTER_THE_ENGINE = Integer.MAX_VALUE;
    /// Between two attempts at a task file in a directory, in looks.
    private static final int LONGEST_PAUSE = 16;

    /// How a delivery ended.
    public enum Outcome {
        /// The results are in the bucket.
        COMPLETED,
        /// An explanation is in the bucket.
        FAILED,
        /// It had been done before.
        DUPLICATE,
        /// A newer version of the file has an event of its own.
        SUPERSEDED,
        /// Not a task file, not our bucket, not a creation.
        IGNORED,
        /// The broker was asked to deliver again.
        RETRY
    }

    private final Buckets buckets;
    private final TaskRunner runner;
    private final EventReader reader;
    private final ClientConnection client;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final Map<Outcome, Long> counts = Collections.synchronizedMap(new EnumMap<>(Outcome.class));
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final List<Poller<ObjectCreated>> directories = new ArrayList<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("event ", 0).factory());

    TaskEvents(
            Buckets buckets,
            TaskRunner runner,
            EventReader reader,
            ClientConnection client,
            ObjectMapper json,
            EventsConfig config) {
        this.buckets = buckets;
        this.runner = runner;
        this.reader = reader;
        this.client = client;
        this.json = json;
        this.config = config;
        for (var outcome : Outcome.values()) {
            counts.put(outcome, 0L);
        }
    }

    /// How deliveries ended, since the start.
    Map<Outcome, Long> counts() {
        return counts;
    }

    private void count(Outcome outcome) {
        counts.merge(outcome, 1L, Long::sum);
    }

    /// Looks for task files in the configured directories, whose events it raises as a bucket's notifications do.
    void watch(@Observes @Priority(AFTER_THE_ENGINE) StartupEvent event) {
        var places = new Semaphore(config.jobs());
        for (var bucket : buckets.directories()) {
            // Each has a poller of its own: a directory that is away keeps no other waiting.
            directories.add(new Poller<>(
                    bucket.toString(),
                    config.watchInterval(),
                    LONGEST_PAUSE,
                    places,
                    new Directory(bucket)::unchanged,
                    this::handle));
        }
        directories.forEach(Poller::start);
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

    void unwatch(@Observes ShutdownEvent event) {
        directories.forEach(Poller::stop);
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    /// CloudEvents of every type, POSTed to `/` in binary or structured mode.
    @Funq("event")
    @CloudEventMapping(trigger = "*")
    public Uni<Void> event(CloudEvent<byte[]> event) {
        client.require(Role.EVENTS);
        return deliver(() -> reader.read(event));
    }

    /// Deals with an event on a thread that may wait. A sender that hangs up does not stop it: what it did is not to be
    /// done again when the event comes back.
    Uni<Void> deliver(Supplier<Optional<ObjectCreated>> event) {
        return Uni.createFrom()
                .voidItem()
                .emitOn(threads)
                .invoke(() -> event.get().ifPresentOrElse(this::handle, () -> count(Outcome.IGNORED)));
    }

    /// Deals with an event. Takes as long as the task takes, so not for an event loop.
    ///
    /// @throws RequestException if the event must come again
    void handle(ObjectCreated created) {
        try {
            var outcome = buckets.find(created.bucket())
                    .map(store -> handle(store, created))
                    .orElse(Outcome.IGNORED);
            count(outcome);
            LOG.debugf("%s: %s", created, outcome);
        } catch (StorageException e) {
            LOG.warnf("%s: %s", created, e.getMessage());
            count(Outcome.RETRY);
            throw RequestException.redeliver(e.getMessage());
        } catch (RuntimeException e) {
            count(Outcome.RETRY);
            throw e;
        }
    }

    /// @param store of the event's bucket
    Outcome handle(ObjectStore store, ObjectCreated created) {
        return TaskKeys.of(created.key(), config)
                .map(keys -> new Delivery(store, keys, created).handle())
                .orElse(Outcome.IGNORED);
    }

    /// One delivery of one event.
    private final class Delivery {

        private final ObjectStore store;
        private final TaskKeys keys;
        private final ObjectCreated created;
        private final StateObject state;
        private final long deadline = System.nanoTime() + config.deadline().toNanos();

        private Delivery(ObjectStore store, TaskKeys keys, ObjectCreated created) {
            this.store = store;
            this.keys = keys;
            this.created = created;
            this.state = new StateObject(store, keys.state(), json);
        }

        private Outcome handle() {
            if (!keys.hasPlainName()) {
                var name = "/ separates names; none of them is empty, \".\" or \"..\", ends in \".parts\", is longer "
                        + "than 242 bytes, or holds control characters or backslashes; all of them together have at "
                        + "most 800 bytes";
                return refuse(new Violation("", name, created.key(), "the task file's name cannot be used: " + name));
            }
            var task = store.find(keys.task());
            if (task.isEmpty()) {
                return refuse(new Violation("", null, created.key(), "the task file was deleted before it was read"));
            }
            var version = task.get().version();
            if (Work.isOwn(task.get())) {
                return Outcome.IGNORED;
            }
            if (created.version().isPresent() && !known().equals(version)) {
                return Outcome.SUPERSEDED;
            }
            return unlessDone(version, task::get);
        }

        private Outcome refuse(Violation violation) {
            return unlessDone(known(), () -> {
                throw RequestException.invalid(violation);
            });
        }

        /// The version as the event tells it, in a form that any store's metadata can hold.
        private String known() {
            var version = created.version().orElse("unknown");
            return version.matches("[!-~]{1,200}") ? version : TaskKeys.digest(version);
        }

        private Outcome unlessDone(String version, Supplier<StoredObject> task) {
            var found = state.read();
            if (isDone(found, version)) {
                return Outcome.DUPLICATE;
            }
            var name = created.bucket() + " " + keys.results();
            if (running.size() >= config.jobs() || !running.add(name)) {
                throw RequestException.redeliver(
                        running.contains(name) ? "another delivery works on it" : "enough task files are worked on");
            }
            try {
                return runner.run(state, found, now -> next(now, version), this::work, task)
                        .map(end -> end == State.COMPLETED ? Outcome.COMPLETED : Outcome.FAILED)
                        .orElse(Outcome.DUPLICATE);
            } finally {
                running.remove(name);
            }
        }

        private Optional<TaskState> next(Optional<TaskState> now, String version) {
            if (isDone(now, version)) {
                return Optional.empty();
            }
            return now.filter(
                            open -> open.state() == State.OPEN && open.version().equals(version))
                    .or(() -> Optional.of(TaskState.of(version, null)));
        }

        /// With nothing left to announce or to clear away. An outcome that was deleted is wanted again.
        private boolean isDone(Optional<TaskState> now, String version) {
            return now.filter(ended -> ended.state() != State.OPEN
                            && ended.version().equals(version)
                            && Work.isThere(store, keys, ended.state(), version))
                    .isPresent();
        }

        private Work work(Claim claim) {
            var about = new LinkedHashMap<String, String>();
            about.put("bucket", created.bucket().toString());
            about.put("key", created.key());
            about.put("version", claim.state().version());
            return new Work(
                    store,
                    keys,
                    claim,
                    Caller.inBackground(Tenant.SHARED, TokenAccount.unlimited("")),
                    deadline,
                    Optional::empty,
                    about,
                    Instant.MIN,
                    Optional.of(created.bucket()));
        }
    }
}
