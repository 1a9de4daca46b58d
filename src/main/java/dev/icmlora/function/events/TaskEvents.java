package dev.icmlora.function.events;

import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventMapping;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Role;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StateObject.Snapshot;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.StoredObject;

/// Handles events, however they came. A call returns when the task file has its outcome in the bucket or needs none,
/// and throws if the event must be delivered again.
@Singleton
public final class TaskEvents {

    private static final Logger LOG = Logger.getLogger(TaskEvents.class);

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
    private final AtomicLongArray counts = new AtomicLongArray(Outcome.values().length);
    private final Set<String> running = ConcurrentHashMap.newKeySet();
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
    }

    /// How deliveries ended, since the start.
    Map<Outcome, Long> counts() {
        var all = new EnumMap<Outcome, Long>(Outcome.class);
        for (var outcome : Outcome.values()) {
            all.put(outcome, counts.get(outcome.ordinal()));
        }
        return all;
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
    Uni<Void> deliver(Supplier<StorageEvent> event) {
        return Uni.createFrom().voidItem().emitOn(threads).invoke(() -> handle(event.get()));
    }

    /// Deals with an event. Takes as long as the task takes, so not for an event loop.
    ///
    /// @throws RequestException if the event must come again
    public void handle(StorageEvent event) {
        try {
            var outcome = switch (event) {
                case Other other -> Outcome.IGNORED;
                case ObjectCreated created -> handle(created);
            };
            counts.incrementAndGet(outcome.ordinal());
            LOG.debugf("%s: %s", event, outcome);
        } catch (StorageException e) {
            LOG.warnf("%s: %s", event, e.getMessage());
            counts.incrementAndGet(Outcome.RETRY.ordinal());
            throw RequestException.redeliver(e.getMessage());
        } catch (RuntimeException e) {
            counts.incrementAndGet(Outcome.RETRY.ordinal());
            throw e;
        }
    }

    private Outcome handle(ObjectCreated created) {
        return buckets.find(created.bucket())
                .map(store -> handle(store, created))
                .orElse(Outcome.IGNORED);
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
            if (isDone(found.map(Snapshot::state), version)) {
                return Outcome.DUPLICATE;
            }
            var name = created.bucket() + " " + keys.results();
            if (running.size() >= config.jobs() || !running.add(name)) {
                throw RequestException.redeliver(
                        running.contains(name) ? "another delivery works on it" : "enough task files are worked on");
            }
            try {
                var claim = Claim.take(state, found, now -> next(now, version), config.lease());
                if (claim.isEmpty()) {
                    return Outcome.DUPLICATE;
                }
                try (var mine = claim.get()) {
                    return runner.run(work(mine), task) == State.COMPLETED ? Outcome.COMPLETED : Outcome.FAILED;
                }
            } finally {
                running.remove(name);
            }
        }

        private Optional<TaskState> next(Optional<TaskState> now, String version) {
            return isDone(now, version)
                    ? Optional.empty()
                    : now.filter(open -> open.isOpen(version)).or(() -> Optional.of(TaskState.of(version, null)));
        }

        /// With nothing left to announce or to clear away. An outcome that was deleted is wanted again.
        private boolean isDone(Optional<TaskState> now, String version) {
            return now.filter(ended -> ended.isEnded(version) && Work.isThere(store, keys, ended.state(), version))
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
