package dev.icmlora.function.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.events.JobStore.JobId;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.OwnBucket;
import dev.icmlora.function.storage.StoredObject;

/// Looks for work: for task files in the configured directories, whose events it raises as a bucket's notifications
/// do, and for open jobs, whichever instance took them. It looks for jobs at once when a client has sent one.
@Singleton
final class Watcher {

    /// Later than the engine, without which nothing can be done.
    private static final int LAST = Integer.MAX_VALUE;

    /// Between two attempts at a task file, in looks.
    private static final int LONGEST_PAUSE = 16;

    private static final Duration PAUSE = Duration.ofSeconds(10);
    /// For so long a job is left to an instance that knows its adapter, or that is still writing it.
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final Buckets buckets;
    private final TaskEvents events;
    private final OwnBucket bucket;
    private final TaskRunner runner;
    private final JobSources sources;
    private final Access access;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final int ofOneTenant;
    private final List<Poller<ObjectCreated>> directories = new ArrayList<>();
    private Optional<Poller<StoredObject>> jobs = Optional.empty();

    Watcher(
            Buckets buckets,
            TaskEvents events,
            OwnBucket bucket,
            TaskRunner runner,
            JobSources sources,
            Access access,
            ObjectMapper json,
            EventsConfig config,
            FunctionConfig function) {
        this.buckets = buckets;
        this.events = events;
        this.bucket = bucket;
        this.runner = runner;
        this.sources = sources;
        this.access = access;
        this.json = json;
        this.config = config;
        this.ofOneTenant = function.tenancy() == Tenancy.KEY ? Math.ceilDiv(config.jobs(), 2) : config.jobs();
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        var places = new Semaphore(config.jobs());
        for (var watched : buckets.directories()) {
            // Each has a poller of its own: a directory that is away keeps no other waiting.
            var directory = new Directory(watched);
            directories.add(new Poller<>(
                    watched.toString(),
                    config.watchInterval(),
                    LONGEST_PAUSE,
                    places,
                    directory::unchanged,
                    events::handle));
        }
        jobs = bucket.store().map(own -> {
            var store = new JobStore(own, json);
            return new Poller<>(
                    "jobs", PAUSE, 1, new Semaphore(config.jobs()), () -> look(store), slot -> work(store, slot));
        });
        directories.forEach(Poller::start);
        jobs.ifPresent(Poller::start);
    }

    void stop(@Observes ShutdownEvent event) {
        directories.forEach(Poller::stop);
        jobs.ifPresent(Poller::stop);
    }

    /// Looks for jobs at once.
    void wake() {
        jobs.ifPresent(Poller::wake);
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

    /// The slots of jobs that may be worked on, of all tenants. Where there are tenants, none has more than half of the
    /// places.
    private List<StoredObject> look(JobStore store) {
        var slots = new ArrayList<>(store.takenSlots(JobStore.SLOTS));
        Collections.shuffle(slots);
        var underway = slots.stream().filter(jobs.orElseThrow()::isUnderway).collect(Collectors.toSet());
        var ofTenant = new HashMap<Tenant, Integer>();
        return Stream.concat(underway.stream(), slots.stream().filter(slot -> !underway.contains(slot)))
                .filter(slot -> ofTenant.merge(JobStore.tenantOf(slot), 1, Integer::sum) <= ofOneTenant)
                .toList();
    }

    private void work(JobStore store, StoredObject slot) {
        store.job(slot).ifPresent(job -> {
            work(store, job);
            store.freeSlot(slot);
            // Its place is free for the next one.
            wake();
        });
    }

    private void work(JobStore store, JobId job) {
        var found = store.find(job);
        if (found.isEmpty()) {
            if (job.taken().plus(PATIENCE).isAfter(Instant.now())) {
                throw RequestException.redeliver("the job is still being written");
            }
            return;
        }
        var about = found.get().state();
        var account = access.account(about.job().payer());
        if (about.state() == State.OPEN) {
            // Before anything is read: a job without tokens waits, and comes here again and again.
            account.requireRest();
        }
        Claim.take(store.state(job), found, now -> now.filter(state -> !state.isSettled()), config.lease())
                .ifPresent(claim -> {
                    try (claim) {
                        work(store, job, claim, account);
                    }
                });
    }

    private void work(JobStore store, JobId job, Claim claim, TokenAccount account) {
        var keys = job.keys();
        var work = new Work(
                store.store(),
                keys,
                claim,
                Caller.inBackground(job.tenant(), account),
                System.nanoTime() + config.deadline().toNanos(),
                () -> Optional.ofNullable(claim.state().job().source()).map(sources::open),
                Map.of("job", job.id()),
                job.taken().plus(PATIENCE),
                Optional.empty());
        runner.run(
                work,
                () -> store.store().find(keys.task()).orElseThrow(() -> RequestException.redeliver("it was deleted")));
    }
}
