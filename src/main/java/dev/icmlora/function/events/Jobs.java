package dev.icmlora.function.events;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.JobList;
import dev.icmlora.function.api.JobStatus;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.storage.OwnBucket;

/// Jobs: requests that take longer than a client waits. Everything that is known of one is in the bucket, so any
/// instance answers for it, and it outlives them. Every method waits for the store, and fails with a
/// [dev.icmlora.function.storage.StorageException].
@Singleton
public final class Jobs {

    /// Inputs of a job.
    static final int MOST_INPUTS = 10_000;
    /// Jobs of a tenant that are open at the same time.
    private static final int MOST_OPEN = 16;
    /// What a tenant's jobs may take before another one, with their results.
    private static final long MOST_BYTES = 256 << 20;

    private final OwnBucket bucket;
    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final JobSources sources;
    private final JobRunner runner;
    private final ObjectMapper json;
    private final int mostInputs;

    Jobs(
            OwnBucket bucket,
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            JobSources sources,
            JobRunner runner,
            ObjectMapper json,
            EventsConfig config) {
        this.bucket = bucket;
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.sources = sources;
        this.runner = runner;
        this.json = json;
        this.mostInputs = Math.min(MOST_INPUTS, config.limits().inputs());
    }

    /// Takes a job, which then waits for its turn.
    ///
    /// @param payer who pays for it, as an account is found by
    /// @throws RequestException naming what no answer could come to
    /// @throws RequestException if the tenant has too many open
    /// @throws RequestException if its ended ones take too much
    /// @throws RequestException if there is no place for it
    /// @throws dev.icmlora.function.error.RequestException if its adapter is not known here
    JobStatus submit(Tenant tenant, String payer, JobRequest sent) {
        var store = place().orElseThrow(() -> RequestException.notKept("Jobs"));
        var request = sent.request();
        checkInputs(sent);
        var any = request.withInputs(List.of("any"));
        rules.check(any);
        if (any.adapter() != null) {
            adapters.byId(tenant, any.adapter());
        }
        var named = functions.answering(tenant, any);
        var whole = named.map(NamedFunctions.Named::request).orElse(any).withInputs(request.inputs());
        if (store.open(tenant) >= MOST_OPEN) {
            throw RequestException.queueFull(MOST_OPEN + " jobs are open already");
        }
        if (store.bytes(tenant) > MOST_BYTES) {
            throw Kind.NO_ROOM_FOR_JOB.because(
                    "There is no room for another job and its results: the limit is %d bytes. Delete some"
                            .formatted(MOST_BYTES));
        }
        // After all that costs less: the object is read through.
        var source = sent.source().map(sources::find);
        var job = JobPlace.next(tenant);
        var function = named.map(NamedFunctions.Named::function).map(FunctionName::toString);
        try {
            store.add(job, whole, source, function, payer);
        } catch (IOException e) {
            throw new IllegalStateException("requests have a JSON form", e);
        }
        runner.wake();
        // Nothing is asked of the store any more: if it failed now, the client would send again what was taken.
        var inputs =
                source.map(JobSources.Found::inputs).orElse(request.inputs().size());
        return JobStatus.taken(job.id(), function.orElse(null), inputs);
    }

    /// Whether an input can be answered is said with its answer; that there are some is said here.
    private void checkInputs(JobRequest job) {
        var inputs = job.request().inputs();
        var violations = new Violations();
        violations.when(inputs.isEmpty() && job.source().isEmpty(), "/inputs", 1, 0, "must not be empty");
        violations.when(
                !inputs.isEmpty() && job.source().isPresent(),
                "/inputs",
                0,
                inputs.size(),
                "must not be given beside /source");
        violations.count("/inputs", inputs.size(), mostInputs);
        for (var i = 0; i < Math.min(inputs.size(), mostInputs); i++) {
            violations.when(inputs.get(i) == null, "/inputs/" + i, "a string", null, "must be a string");
        }
        violations.raise();
    }

    private Optional<JobStore> place() {
        return bucket.store().map(store -> new JobStore(store, json));
    }

    /// The newest jobs of a tenant, the newest first; none where there is no place for them.
    ///
    /// @param most that are listed
    JobList list(Tenant tenant, int most) {
        return place().map(store -> store.newest(tenant, most)).orElseGet(() -> new JobList(List.of(), 0));
    }

    /// Work on a job of the caller's.
    private interface OnJob<T> {
        T with(JobStore store, JobPlace job);
    }

    private <T> T on(Tenant tenant, String id, OnJob<T> work) {
        var job = new JobPlace(tenant, id);
        var store = place().filter(_ -> job.hasId()).orElseThrow(() -> RequestException.unknownJob(shown(id)));
        store.task(job);
        return work.with(store, job);
    }

    private static String shown(String id) {
        return id.length() > 64 ? id.substring(0, 64) + "…" : id;
    }

    /// @throws RequestException if the tenant has no such job
    JobStatus status(Tenant tenant, String id) {
        return on(tenant, id, JobStore::status);
    }

    /// Cancels a job. One that is cancelled stays so.
    ///
    /// @throws RequestException if the tenant has no such job
    /// @throws RequestException if it has ended otherwise
    JobStatus cancel(Tenant tenant, String id) {
        return on(tenant, id, (store, job) -> {
            var state = store.end(job, State.CANCELLED);
            if (state != State.CANCELLED) {
                throw inAnotherState(id, state, "open");
            }
            runner.wake();
            return store.status(job);
        });
    }

    /// The results, one line an input.
    ///
    /// @throws RequestException if the tenant has no such job
    /// @throws RequestException if it is not completed
    JobResults results(Tenant tenant, String id) {
        return on(tenant, id, (store, job) -> {
            var state = store.ended(job).orElse(State.OPEN);
            if (state != State.COMPLETED) {
                throw inAnotherState(id, state, "completed");
            }
            return store.results(job);
        });
    }

    /// Forgets a job that has ended, with its results.
    ///
    /// @throws RequestException if the tenant has no such job
    /// @throws RequestException if it is open
    void delete(Tenant tenant, String id) {
        on(tenant, id, (store, job) -> {
            if (store.isOpen(job)) {
                // Whoever works on it would leave something behind.
                runner.wake();
                throw inAnotherState(id, State.OPEN, "completed, failed or cancelled for a moment");
            }
            store.delete(job);
            return null;
        });
    }

    private static RequestException inAnotherState(String id, State state, String needed) {
        var name = state.name().toLowerCase(Locale.ROOT);
        return Kind.JOB_STATE.because("The job %s is %s, and would have to be %s".formatted(id, name, needed));
    }
}
