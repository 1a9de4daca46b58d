package dev.icmlora.function.events;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.JobList;
import dev.icmlora.function.api.JobStatus;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.api.Source;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.events.JobStore.JobId;
import dev.icmlora.function.events.StateObject.Snapshot;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.OwnBucket;

/// Jobs: requests that take longer than a client waits. Everything that is known of one is in the bucket, so any
/// instance answers for it, and it outlives them. Every method waits for the store, and fails with a
/// [dev.icmlora.function.storage.StorageException].
@Singleton
public final class Jobs {

    /// Inputs of a job.
    static final int MOST_INPUTS = 10_000;
    /// What a tenant's jobs may take before another one, with their results.
    private static final long MOST_BYTES = 256 << 20;

    private final OwnBucket bucket;
    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final JobSources sources;
    private final Watcher watcher;
    private final ObjectMapper json;
    private final int mostInputs;

    Jobs(
            OwnBucket bucket,
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            JobSources sources,
            Watcher watcher,
            ObjectMapper json,
            EventsConfig config) {
        this.bucket = bucket;
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.sources = sources;
        this.watcher = watcher;
        this.json = json;
        this.mostInputs = Math.min(MOST_INPUTS, config.limits().inputs());
    }

    /// Body of `POST /jobs`: one of `/generate`, whose inputs may lie in an object.
    ///
    /// @param source of the inputs, in place of those in the request
    record Submission(GenerateRequest request, Optional<Source> source) {}

    /// Takes a job, which then waits for its turn.
    ///
    /// @param payer who pays for it, as an account is found by
    /// @throws RequestException naming what no answer could come to; if there is no place for jobs; if the tenant
    /// has too many open, or its ended ones take too much; if its adapter is not known here
    JobStatus submit(Tenant tenant, String payer, Submission sent) {
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
        if (store.bytes(tenant) > MOST_BYTES) {
            throw Kind.NO_ROOM_FOR_JOB.because(
                    "There is no room for another job and its results: the limit is %d bytes. Delete some"
                            .formatted(MOST_BYTES));
        }
        var job = JobId.next(tenant);
        var slot = store.takeSlot(job);
        var source = Optional.<JobSources.Found>empty();
        try {
            // After all that costs less: the object is read through.
            source = sent.source().map(sources::find);
        } catch (RuntimeException e) {
            store.freeSlot(slot);
            throw e;
        }
        var function = named.map(NamedFunctions.Named::function)
                .map(FunctionName::toString)
                .orElse(null);
        int inputs =
                source.map(JobSources.Found::inputs).orElse(request.inputs().size());
        var object = source.map(JobSources.Found::object).orElse(null);
        store.add(job, whole, new TaskState.Job(payer, function, inputs, object));
        watcher.wake();
        // Nothing is asked of the store any more: if it failed now, the client would send again what was taken.
        return JobStatus.taken(job.id(), function, inputs);
    }

    /// Whether an input can be answered is said with its answer; that there are some is said here.
    private void checkInputs(Submission job) {
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
        T with(JobStore store, JobId job, Snapshot found);
    }

    private <T> T on(Tenant tenant, String id, OnJob<T> work) {
        var job = new JobId(tenant, id);
        var store = place().filter(_ -> job.isValid()).orElseThrow(() -> RequestException.unknownJob(shown(id)));
        return work.with(store, job, store.find(job).orElseThrow(() -> RequestException.unknownJob(id)));
    }

    private static String shown(String id) {
        return id.length() > 64 ? id.substring(0, 64) + "…" : id;
    }

    /// @throws RequestException if the tenant has no such job
    JobStatus status(Tenant tenant, String id) {
        return on(tenant, id, (store, job, found) -> status(store, job, found.state()));
    }

    private static JobStatus status(JobStore store, JobId job, TaskState state) {
        var id = job.id();
        var end = state.state();
        var function = state.job().function();
        var inputs = state.job().inputs();
        return switch (end) {
            case OPEN -> new JobStatus(id, end, function, inputs, state.tally().inputs(), null, null, null, null);
            case CANCELLED -> new JobStatus(id, end, function, inputs, null, null, null, null, null);
            case FAILED -> {
                var error = store.json(job.keys().error());
                error.remove("task");
                yield new JobStatus(id, end, function, inputs, null, null, null, null, error);
            }
            case COMPLETED -> {
                var summary = store.json(job.keys().summary());
                yield new JobStatus(
                        id,
                        end,
                        function,
                        inputs,
                        inputs,
                        summary.get("answered").intValue(),
                        summary.get("abstained").intValue(),
                        summary.get("failed").intValue(),
                        null);
            }
        };
    }

    /// Cancels a job. One that is cancelled stays so.
    ///
    /// @throws RequestException if the tenant has no such job, or it has ended otherwise
    JobStatus cancel(Tenant tenant, String id) {
        return on(tenant, id, (store, job, found) -> {
            var state = found.state();
            if (state.state() == State.OPEN) {
                try {
                    state = store.state(job)
                            .write(state.ended(State.CANCELLED), Optional.of(found))
                            .state();
                    watcher.wake();
                } catch (ConditionFailedException e) {
                    // The instance that works on it has changed it meanwhile.
                    return cancel(tenant, id);
                }
            }
            if (state.state() != State.CANCELLED) {
                throw inAnotherState(id, state.state(), "open");
            }
            return status(store, job, state);
        });
    }

    /// The results, one line an input.
    ///
    /// @throws RequestException if the tenant has no such job, or it is not completed
    Lines results(Tenant tenant, String id) {
        return on(tenant, id, (store, job, found) -> {
            if (found.state().state() != State.COMPLETED) {
                throw inAnotherState(id, found.state().state(), "completed");
            }
            return store.results(job);
        });
    }

    /// Forgets a job that has ended, with its results.
    ///
    /// @throws RequestException if the tenant has no such job, or it is open
    void delete(Tenant tenant, String id) {
        on(tenant, id, (store, job, found) -> {
            if (!found.state().isSettled()) {
                // The instance that works on it would leave something behind.
                watcher.wake();
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
