package dev.icmlora.function.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.storage.OwnBucket;
import dev.icmlora.function.storage.StorageException;

/// Works on open jobs, whoever took them: this instance, another one, or one that was killed. It looks for them again
/// and again, and at once when a client has sent one.
@Singleton
final class JobRunner {

    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    /// Later than the engine, without which no job can be done.
    private static final int LAST = Integer.MAX_VALUE;

    private static final Duration PAUSE = Duration.ofSeconds(10);
    /// For so long a job is left to an instance that knows its adapter.
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final OwnBucket bucket;
    private final BatchJob batches;
    private final JobSources sources;
    private final Outcomes outcomes;
    private final Access access;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final int ofOneTenant;
    private final Set<JobPlace> running = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private Thread thread;

    JobRunner(
            OwnBucket bucket,
            BatchJob batches,
            JobSources sources,
            Outcomes outcomes,
            Access access,
            ObjectMapper json,
            EventsConfig config,
            FunctionConfig function) {
        this.bucket = bucket;
        this.batches = batches;
        this.sources = sources;
        this.outcomes = outcomes;
        this.access = access;
        this.json = json;
        this.config = config;
        this.ofOneTenant = function.tenancy() == Tenancy.KEY ? Math.ceilDiv(config.jobs(), 2) : config.jobs();
    }

    void start(@Observes @Priority(LAST) StartupEvent event) {
        bucket.store()
                .ifPresent(store ->
                        thread = Thread.ofVirtual().name("jobs").start(() -> look(new JobStore(store, json))));
    }

    void stop(@Observes ShutdownEvent event) {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /// There is something to do.
    void wake() {
        news.release();
    }

    private void look(JobStore store) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                begin(store);
                news.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// Begins with as many jobs as there are places for, of whichever tenants.
    private void begin(JobStore store) {
        try {
            var open = new ArrayList<>(store.open());
            Collections.shuffle(open);
            for (var job : open) {
                if (hasPlace(job) && running.add(job)) {
                    Thread.ofVirtual().name("job " + job.id()).start(() -> run(store, job));
                }
            }
        } catch (StorageException e) {
            LOG.warnf("Jobs cannot be looked for: %s", e.getMessage());
        } catch (RuntimeException e) {
            // The next look may do.
            LOG.error("Jobs cannot be looked for", e);
        }
    }

    /// Where there are tenants, none has more than half of the places.
    private boolean hasPlace(JobPlace job) {
        var own = running.stream()
                .filter(other -> other.tenant().equals(job.tenant()))
                .count();
        return running.size() < config.jobs() && own < ofOneTenant;
    }

    private void run(JobStore store, JobPlace job) {
        var ended = false;
        try {
            ended = work(store, job);
        } catch (RequestException | StorageException e) {
            LOG.debugf("Job %s comes again: %s", job.id(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.errorf(e, "Job %s failed, and comes again", job.id());
        } finally {
            running.remove(job);
        }
        if (ended) {
            // Its place is free for the next one.
            wake();
        }
    }

    /// @return false if there was nothing to do
    private boolean work(JobStore store, JobPlace job) {
        var payer = store.payer(job);
        if (payer.isEmpty()) {
            // Another instance was quicker.
            return false;
        }
        try (var lease = Lease.acquire(store.store(), job.keys().lease(), config.lease())) {
            var state = store.ended(job).orElseGet(() -> answer(store, job, payer.get(), lease));
            lease.check();
            store.close(job, state);
            lease.settle();
            return true;
        }
    }

    private State answer(JobStore store, JobPlace job, String payer, Lease lease) {
        var keys = job.keys();
        try {
            var task = store.task(job);
            if (!Outcomes.isCompleted(store.store(), keys, task.version())) {
                var account = access.account(payer);
                // Before its object is read: a job without tokens waits, and comes here again and again.
                account.requireRest();
                var inputs = store.source(job).map(sources::open);
                var deadline = Deadline.in(config.deadline());
                var work = new Work(job.tenant(), account, lease, deadline, () -> requireOpen(store, job), inputs);
                batches.run(store.store(), keys, task, Map.of("job", job.id()), work);
            }
            return store.end(job, State.COMPLETED);
        } catch (RequestException e) {
            e.unless(Kind.INVALID, Kind.UNKNOWN_ADAPTER);
            if (e.is(Kind.UNKNOWN_ADAPTER) && mayBeKnownElsewhere(store, job)) {
                throw RequestException.redeliver(e.getMessage());
            }
            lease.check();
            outcomes.publish(
                    store.store(),
                    keys.error(),
                    outcomes.explanation(e.problem(), Map.of()),
                    store.task(job).version());
            return store.end(job, State.FAILED);
        } catch (EndedException e) {
            return store.ended(job).orElseThrow(() -> RequestException.unknownJob(job.id()));
        }
    }

    /// The instance that took the job knew its adapter. What was answered is not to be lost, nor a job that this
    /// instance only found first.
    private static boolean mayBeKnownElsewhere(JobStore store, JobPlace job) {
        return job.taken().plus(PATIENCE).isAfter(Instant.now()) || store.isBegun(job);
    }

    private static void requireOpen(JobStore store, JobPlace job) {
        if (store.ended(job).isPresent()) {
            throw new EndedException();
        }
    }

    /// The job has ended while it was worked on.
    private static final class EndedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private EndedException() {
            super(null, null, false, false);
        }
    }
}
