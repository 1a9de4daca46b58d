package dev.icmlora.function.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import dev.icmlora.function.storage.OwnBucket;
import dev.icmlora.function.storage.StoredObject;

/// Works on open jobs, whichever instance took them: this one, another one, or one that was killed. It looks for them
/// again and again, and at once when a client has sent one.
@Singleton
final class JobRunner {

    /// Later than the engine, without which no job can be done.
    private static final int LAST = Integer.MAX_VALUE;

    private static final Duration PAUSE = Duration.ofSeconds(10);
    /// For so long a job is left to an instance that knows its adapter, or that is still writing it.
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final OwnBucket bucket;
    private final TaskRunner runner;
    private final JobSources sources;
    private final Access access;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final int ofOneTenant;
    private Optional<Poller<StoredObject>> poller = Optional.empty();

    JobRunner(
            OwnBucket bucket,
            TaskRunner runner,
            JobSources sources,
            Access access,
            ObjectMapper json,
            EventsConfig config,
            FunctionConfig function) {
        this.bucket = bucket;
        this.runner = runner;
        this.sources = sources;
        this.access = access;
        this.json = json;
        this.config = config;
        this.ofOneTenant = function.tenancy() == Tenancy.KEY ? Math.ceilDiv(config.jobs(), 2) : config.jobs();
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        poller = bucket.store().map(own -> {
            var store = new JobStore(own, json);
            var places = new Semaphore(config.jobs());
            return new Poller<>("jobs", PAUSE, 1, places, () -> look(store), slot -> work(store, slot));
        });
        poller.ifPresent(Poller::start);
    }

    void stop(@Observes ShutdownEvent event) {
        poller.ifPresent(Poller::stop);
    }

    /// There is something to do.
    void wake() {
        poller.ifPresent(Poller::wake);
    }

    /// The jobs that may be worked on, of whichever tenants. Where there are tenants, none has more than half of the
    /// places.
    private List<StoredObject> look(JobStore store) {
        var slots = new ArrayList<>(store.takenSlots(JobPlace.SLOTS));
        Collections.shuffle(slots);
        var underway = slots.stream().filter(poller.orElseThrow()::isUnderway).collect(Collectors.toSet());
        var jobs = new HashMap<Tenant, Integer>();
        return Stream.concat(underway.stream(), slots.stream().filter(slot -> !underway.contains(slot)))
                .filter(slot -> jobs.merge(JobPlace.tenantOf(slot.key()), 1, Integer::sum) <= ofOneTenant)
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

    private void work(JobStore store, JobPlace job) {
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
        var object = store.state(job);
        var free = Claim.awaitFree(object, found, config.lease());
        if (free.isPresent() && !free.get().state().isSettled()) {
            try (var claim = Claim.take(object, free, free.get().state(), config.lease())) {
                work(store, job, claim, account);
            }
        }
    }

    private void work(JobStore store, JobPlace job, Claim claim, TokenAccount account) {
        var task =
                store.store().find(job.keys().task()).orElseThrow(() -> RequestException.redeliver("it was deleted"));
        var work = new Work(
                store.store(),
                job.keys(),
                claim,
                Caller.inBackground(job.tenant(), account),
                System.nanoTime() + config.deadline().toNanos(),
                () -> Optional.ofNullable(claim.state().job().source()).map(sources::open),
                Map.of("job", job.id()),
                job.taken().plus(PATIENCE),
                Optional.empty());
        runner.run(work, task);
    }
}
