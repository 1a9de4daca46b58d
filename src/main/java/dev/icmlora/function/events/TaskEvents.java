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
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StateObject.Snapshot;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageException;

/// The one door for events, however they came: returns when the task file has an outcome in the bucket that will stay,
/// or needs none, and throws when the sender must send the event again.
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
    private final ObjectMapper json;
    private final EventsConfig config;
    private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("event ", 0).factory());

    TaskEvents(Buckets buckets, TaskRunner runner, ObjectMapper json, EventsConfig config) {
        this.buckets = buckets;
        this.runner = runner;
        for (var outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
        this.json = json;
        this.config = config;
    }

    /// How deliveries ended, since the start.
    Map<Outcome, Long> counts() {
        var all = new EnumMap<Outcome, Long>(Outcome.class);
        counts.forEach((outcome, count) -> all.put(outcome, count.sum()));
        return all;
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
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
            counts.get(outcome).increment();
            LOG.debugf("%s: %s", event, outcome);
        } catch (StorageException e) {
            LOG.warnf("%s: %s", event, e.getMessage());
            counts.get(Outcome.RETRY).increment();
            throw RequestException.redeliver(e.getMessage());
        } catch (RuntimeException e) {
            counts.get(Outcome.RETRY).increment();
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
            if (Outcomes.isOwn(task.get())) {
                return Outcome.IGNORED;
            }
            if (created.version().isPresent() && !known().equals(version)) {
                return Outcome.SUPERSEDED;
            }
            return unlessDone(version, work -> runner.run(work, task.get()));
        }

        private Outcome refuse(Violation violation) {
            return unlessDone(known(), work -> runner.refuse(work, RequestException.invalid(violation)));
        }

        /// The version as the event tells it, in a form that any store's metadata can hold.
        private String known() {
            var version = created.version().orElse("unknown");
            return version.matches("[!-~]{1,200}") ? version : TaskKeys.digest(version);
        }

        private Outcome unlessDone(String version, Function<Work, State> run) {
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
                var free = Claim.awaitFree(state, found, config.lease());
                if (!free.equals(found) && isDone(free, version)) {
                    return Outcome.DUPLICATE;
                }
                var goesOn = free.map(Snapshot::state).filter(now -> now.isOpen(version));
                try (var claim =
                        Claim.take(state, free, goesOn.orElseGet(() -> TaskState.of(version, null)), config.lease())) {
                    return run.apply(work(claim)) == State.COMPLETED ? Outcome.COMPLETED : Outcome.FAILED;
                }
            } finally {
                running.remove(name);
            }
        }

        /// With nothing left to announce or to clear away. Who deletes an outcome wants it again.
        private boolean isDone(Optional<Snapshot> found, String version) {
            return found.map(Snapshot::state)
                    .filter(now -> now.isEnded(version) && Outcomes.isThere(store, keys, now.state(), version))
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
