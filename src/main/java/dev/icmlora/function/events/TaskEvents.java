package dev.icmlora.function.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.EventCounts.Outcome;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.StoredObject;

/// The one door for events, however they came: returns when the task file has an outcome in the bucket that will stay,
/// or needs none, and throws when the sender must send the event again.
@Singleton
public final class TaskEvents {

    private static final Logger LOG = Logger.getLogger(TaskEvents.class);

    private final Buckets buckets;
    private final BatchJob job;
    private final Outcomes outcomes;
    private final Sink sink;
    private final EventCounts counts;
    private final EventsConfig config;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    TaskEvents(Buckets buckets, BatchJob job, Outcomes outcomes, Sink sink, EventCounts counts, EventsConfig config) {
        this.buckets = buckets;
        this.job = job;
        this.outcomes = outcomes;
        this.sink = sink;
        this.counts = counts;
        this.config = config;
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
            counts.add(outcome);
            LOG.debugf("%s: %s", event, outcome);
        } catch (StorageException e) {
            LOG.warnf("%s: %s", event, e.getMessage());
            counts.add(Outcome.RETRY);
            throw RequestException.redeliver(e.getMessage());
        } catch (RuntimeException e) {
            counts.add(Outcome.RETRY);
            throw e;
        }
    }

    private Outcome handle(ObjectCreated created) {
        var store = buckets.find(created.bucket());
        var keys = TaskKeys.of(created.key(), config);
        if (store.isEmpty() || keys.isEmpty()) {
            return Outcome.IGNORED;
        }
        return new Delivery(store.get(), keys.get(), created).handle();
    }

    /// One delivery of one event.
    private final class Delivery {

        private final ObjectStore store;
        private final TaskKeys keys;
        private final ObjectCreated created;
        private final Deadline deadline = Deadline.in(config.deadline());

        private Delivery(ObjectStore store, TaskKeys keys, ObjectCreated created) {
            this.store = store;
            this.keys = keys;
            this.created = created;
        }

        private Outcome handle() {
            if (!keys.hasPlainName()) {
                var name = "/ separates names; none of them is empty, \".\" or \"..\", ends in \".parts\", is longer "
                        + "than 242 bytes, or holds control characters or backslashes; all of them together have at "
                        + "most 800 bytes";
                return exclusively(
                        new Violation("", name, created.key(), "the task file's name cannot be used: " + name),
                        known());
            }
            var task = store.find(keys.task());
            if (task.filter(Outcomes::isOwn).isPresent()) {
                return Outcome.IGNORED;
            }
            var version = created.version().isPresent() || task.isEmpty()
                    ? known()
                    : task.get().version();
            if (isDone(version)) {
                return Outcome.DUPLICATE;
            }
            if (task.isEmpty()) {
                var gone = "the task file was deleted before it was read";
                return exclusively(new Violation("", null, created.key(), gone), version);
            }
            if (!task.get().version().equals(version)) {
                return Outcome.SUPERSEDED;
            }
            return exclusively(task.get());
        }

        /// The version as the event tells it, in a form that any store's metadata can hold.
        private String known() {
            var version = created.version().orElse("unknown");
            return version.matches("[!-~]{1,200}") ? version : TaskKeys.digest(version);
        }

        /// With nothing left to announce or to clear away.
        private boolean isDone(String version) {
            return Outcomes.isSettled(store, keys, version)
                    && store.find(keys.lease()).isEmpty();
        }

        private Outcome exclusively(Violation violation, String version) {
            return exclusively(version, lease -> {
                throw RequestException.invalid(violation);
            });
        }

        private Outcome exclusively(StoredObject task) {
            return exclusively(
                    task.version(),
                    lease -> job.run(store, keys, task, about(task.version()), Work.ofTaskFile(lease, deadline)));
        }

        private Outcome exclusively(String version, Consumer<Lease> work) {
            var name = created.bucket() + " " + keys.results();
            if (running.size() >= config.jobs() || !running.add(name)) {
                throw RequestException.redeliver(
                        running.contains(name) ? "another delivery works on it" : "enough task files are worked on");
            }
            try (var lease = Lease.acquire(store, keys.lease(), config.lease())) {
                if (Outcomes.isSettled(store, keys, version)) {
                    finish(version, lease);
                    return Outcome.DUPLICATE;
                }
                return settle(version, lease, work);
            } finally {
                running.remove(name);
            }
        }

        private Outcome settle(String version, Lease lease, Consumer<Lease> work) {
            try {
                work.accept(lease);
                finish(version, lease);
                return Outcome.COMPLETED;
            } catch (RequestException e) {
                if (!e.is(Kind.INVALID, Kind.UNKNOWN_ADAPTER, Kind.UNKNOWN_FUNCTION)) {
                    throw e.is(Kind.NOT_DONE) ? e : RequestException.redeliver(e.getMessage());
                }
                if (e.is(Kind.UNKNOWN_ADAPTER) && !store.list(keys.parts()).isEmpty()) {
                    // Another instance knew it, and has answered a part: that is not to be lost.
                    throw RequestException.redeliver(e.getMessage());
                }
                LOG.infof("%s %s: %s", created.bucket(), created.key(), e.getMessage());
                lease.check();
                var explanation = outcomes.explanation(e.problem(), about(version));
                outcomes.publish(store, keys.error(), explanation, version);
                finish(version, lease);
                return Outcome.FAILED;
            }
        }

        /// What follows when the outcome is there: that of another version goes. A delivery that is stopped before
        /// the end of it leaves the lease, by which the next one sees that something is left to do.
        private void finish(String version, Lease lease) {
            if (Outcomes.isCompleted(store, keys, version)) {
                store.delete(keys.error());
                sink.completed(created.bucket(), keys, version);
            } else {
                // An event of a file that is gone, or never was, takes nothing away.
                if (keys.hasPlainName() && isThere(version)) {
                    store.delete(keys.results());
                    store.delete(keys.summary());
                }
                sink.failed(created.bucket(), keys, version);
            }
            store.list(keys.parts()).forEach(part -> store.delete(part.key()));
            lease.settle();
        }

        private boolean isThere(String version) {
            return store.find(keys.task())
                    .filter(task -> task.version().equals(version))
                    .isPresent();
        }

        private Map<String, String> about(String version) {
            var about = new LinkedHashMap<String, String>();
            about.put("bucket", created.bucket().toString());
            about.put("key", created.key());
            about.put("version", version);
            return about;
        }
    }
}
