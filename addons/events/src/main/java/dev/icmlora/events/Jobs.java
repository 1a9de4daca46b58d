package dev.icmlora.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.events.JobStatus.State;
import dev.icmlora.events.JobStore.JobId;
import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.Stores;

/// Jobs: requests that take longer than a client waits. Everything that is known of one is in the bucket, so any
/// instance answers for it, and it outlives them. Every method waits for the store, and fails with a
/// [dev.icmlora.function.storage.StorageException].
@Singleton
public final class Jobs {

    private static final Logger LOG = Logger.getLogger(Jobs.class);

    /// Inputs of a job.
    static final int MOST_INPUTS = 10_000;
    /// Jobs that a tenant may have before another one: all of them are listed then.
    private static final int MOST_KEPT = 2_000;
    /// What they may take, with their results.
    private static final long MOST_BYTES = 256 << 20;
    /// Between two looks for open jobs.
    private static final Duration PAUSE = Duration.ofSeconds(10);
    /// For so long a job is left to an instance that knows its adapter, or that is still writing it.
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final Stores stores;
    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final JobSources sources;
    private final TaskRunner runner;
    private final Access access;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final int ofOneTenant;
    private final Counter unreadable;
    private final Set<JobId> reported = ConcurrentHashMap.newKeySet();
    /// Slots of jobs that could not be read: those of others go first.
    private final Set<StoredObject> last = ConcurrentHashMap.newKeySet();
    private Optional<Poller<StoredObject>> poller = Optional.empty();

    Jobs(
            Stores stores,
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            JobSources sources,
            TaskRunner runner,
            Access access,
            ObjectMapper json,
            EventsConfig config,
            FunctionConfig function,
            MeterRegistry registry) {
        this.stores = stores;
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.sources = sources;
        this.runner = runner;
        this.access = access;
        this.json = json;
        this.config = config;
        this.ofOneTenant = function.tenancy() == Tenancy.KEY ? Math.ceilDiv(config.jobs(), 2) : config.jobs();
        this.unreadable = Counter.builder("icm.lora.unreadable.jobs")
                .description("Jobs whose state this instance found and could not read")
                .register(registry);
    }

    /// Looks for open jobs, whichever instance took them.
    void start(@Observes @Priority(TaskEvents.AFTER_THE_ENGINE) StartupEvent event) {
        poller = place().map(store -> new Poller<>(
                "jobs", PAUSE, 1, new Semaphore(config.jobs()), () -> look(store), slot -> work(store, slot)));
        poller.ifPresent(Poller::start);
    }

    void stop(@Observes ShutdownEvent event) {
        poller.ifPresent(Poller::stop);
    }

    private void wake() {
        poller.ifPresent(Poller::wake);
    }

    /// The slots of jobs that may be worked on, of all tenants. Where there are tenants, none has more than half of the
    /// places.
    private List<StoredObject> look(JobStore store) {
        var slots = new ArrayList<>(store.takenSlots(JobStore.SLOTS));
        var underway = slots.stream().filter(poller.orElseThrow()::isUnderway).collect(Collectors.toSet());
        last.retainAll(slots);
        Collections.shuffle(slots);
        slots.sort(Comparator.<StoredObject, Boolean>comparing(slot -> !underway.contains(slot))
                .thenComparing(last::contains));
        var ofTenant = new HashMap<Tenant, Integer>();
        slots.removeIf(slot -> ofTenant.merge(JobStore.tenantOf(slot), 1, Integer::sum) > ofOneTenant);
        return slots;
    }

    private void work(JobStore store, StoredObject slot) {
        store.job(slot).ifPresent(job -> {
            try {
                work(store, job);
            } catch (RequestException e) {
                if (e.is(Kind.STORAGE_UNAVAILABLE)) {
                    last.add(slot);
                }
                throw e;
            }
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
            // Its instance was killed before it was a job: no client can delete what is there.
            store.deleteObjects(job);
            return;
        }
        var state = readable(job, found.get());
        var account = access.account(state.job().payer());
        if (state.state() == State.OPEN) {
            // Before anything is read: a job without tokens waits, and comes here again and again.
            account.requireRest();
        }
        var keys = job.keys();
        runner.run(
                store.state(job),
                found,
                now -> now.filter(there -> !there.isSettled()),
                claim -> new Work(
                        store.store(),
                        keys,
                        claim,
                        Caller.inBackground(job.tenant(), account),
                        System.nanoTime() + config.deadline().toNanos(),
                        () -> Optional.ofNullable(state.job().source()).map(sources::open),
                        Map.of("job", job.id()),
                        job.taken().plus(PATIENCE),
                        Optional.empty()),
                () -> store.store().find(keys.task()).orElseThrow(() -> RequestException.redeliver("it was deleted")));
    }

    /// @throws RequestException if it cannot be read. The job stays: another version may have written it
    private TaskState readable(JobId job, TaskState state) {
        if (state.job() != null) {
            return state;
        }
        if (reported.add(job)) {
            unreadable.increment();
            LOG.errorf(
                    "%s cannot be read: the job is kept, and not worked on",
                    job.keys().state());
        }
        throw Kind.STORAGE_UNAVAILABLE.because(("The state of the job %s cannot be read, so it is kept and not worked "
                        + "on; another version of the function may have written it, and DELETE takes it away")
                .formatted(job.id()));
    }

    /// Takes a job, which then waits for its turn.
    ///
    /// @param caller who pays for it
    /// @param source of the inputs, in place of those in the request
    /// @throws RequestException naming what no answer could come to; if there is no place for jobs; if the tenant
    /// has too many open, or its ended ones take too much; if its adapter is not known here
    JobStatus submit(Caller caller, GenerateRequest request, Optional<Source> source) {
        var store = place().orElseThrow(() -> RequestException.notKept("Jobs"));
        var tenant = caller.tenant();
        checkInputs(request.inputs(), source.isPresent());
        var any = request.withInputs(List.of("any"));
        rules.check(any);
        if (any.adapter() != null) {
            adapters.byId(tenant, any.adapter());
        }
        var named = functions.answering(tenant, any);
        var whole = named.map(NamedFunctions.Named::request).orElse(any).withInputs(request.inputs());
        var kept = store.kept(tenant);
        if (kept.jobs() >= MOST_KEPT || kept.bytes() > MOST_BYTES) {
            var message =
                    "There is no room for another job and its results: the limit is %d jobs, and %d bytes. Delete some";
            throw Kind.NO_ROOM_FOR_JOB.because(message.formatted(MOST_KEPT, MOST_BYTES));
        }
        var job = JobId.next(tenant);
        var about = store.add(job, whole, () -> {
            // After all that costs less: the object is read through.
            var object = source.map(sources::find);
            return new TaskState.Job(
                    caller.payer(),
                    named.map(one -> one.function().toString()).orElse(null),
                    object.map(JobSources.Found::inputs).orElse(request.inputs().size()),
                    object.map(JobSources.Found::object).orElse(null));
        });
        wake();
        // Nothing is asked of the store any more: if it failed now, the client would send again what was taken.
        return JobStatus.open(job.id(), about.function(), about.inputs(), 0);
    }

    /// Whether an input can be answered is said with its answer; that there are some is said here.
    private void checkInputs(List<String> inputs, boolean isElsewhere) {
        var violations = new Violations();
        violations.when(inputs.isEmpty() && !isElsewhere, "/inputs", 1, 0, "must not be empty");
        violations.when(
                !inputs.isEmpty() && isElsewhere, "/inputs", 0, inputs.size(), "must not be given beside /source");
        var most = Math.min(MOST_INPUTS, config.limits().inputs());
        violations.count("/inputs", inputs.size(), most);
        for (var i = 0; i < Math.min(inputs.size(), most); i++) {
            violations.when(inputs.get(i) == null, "/inputs/" + i, "a string", null, "must be a string");
        }
        violations.raise();
    }

    private Optional<JobStore> place() {
        return stores.own().map(store -> new JobStore(store, json));
    }

    /// The newest jobs of a tenant, the newest first; none where there is no place for them.
    ///
    /// @param most that are listed
    JobList list(Tenant tenant, int most) {
        return place().map(store -> store.newest(tenant, most)).orElseGet(() -> new JobList(List.of(), 0));
    }

    /// A job of a tenant, and where it stands.
    private record Found(JobStore store, JobId job, TaskState state) {

        private RequestException inAnotherState(State state, String needed) {
            var name = state.name().toLowerCase(Locale.ROOT);
            return Kind.JOB_STATE.because(
                    "The job %s is %s, and would have to be %s".formatted(job.id(), name, needed));
        }

        private JobStatus status() {
            var id = job.id();
            var function = state.job().function();
            var inputs = state.job().inputs();
            return switch (state.state()) {
                case OPEN -> JobStatus.open(id, function, inputs, state.tally().inputs());
                case CANCELLED -> new JobStatus(id, state.state(), function, inputs, null, null, null, null, null);
                case FAILED -> {
                    var error = store.json(job.keys().error());
                    error.remove("task");
                    yield new JobStatus(id, state.state(), function, inputs, null, null, null, null, error);
                }
                case COMPLETED -> {
                    var summary = store.json(job.keys().summary());
                    yield new JobStatus(
                            id,
                            state.state(),
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
    }

    /// @throws RequestException if the caller has no such job
    private Found find(Caller caller, String id) {
        var shown = id.length() > 64 ? id.substring(0, 64) + "…" : id;
        var job = new JobId(caller.tenant(), id);
        return place().filter(_ -> job.isValid())
                .flatMap(store -> store.find(job).map(found -> new Found(store, job, found)))
                .filter(found ->
                        caller.owns(Optional.ofNullable(found.state.job()).map(TaskState.Job::payer)))
                .orElseThrow(() -> Kind.UNKNOWN_JOB.because(
                        "There is no job " + shown + "; it was never submitted, or was deleted"));
    }

    /// @throws RequestException if the caller has no such job
    private Found readable(Caller caller, String id) {
        var found = find(caller, id);
        readable(found.job, found.state);
        return found;
    }

    /// @throws RequestException if the caller has no such job
    JobStatus status(Caller caller, String id) {
        return readable(caller, id).status();
    }

    /// Cancels a job. One that is cancelled stays so.
    ///
    /// @throws RequestException if the caller has no such job, or it has ended otherwise
    JobStatus cancel(Caller caller, String id) {
        var found = readable(caller, id);
        if (found.state.state() == State.OPEN) {
            try {
                var cancelled = found.store.state(found.job).write(found.state.ended(State.CANCELLED));
                runner.look();
                wake();
                return new Found(found.store, found.job, cancelled).status();
            } catch (ConditionFailedException e) {
                // The instance that works on it has changed it meanwhile.
                return cancel(caller, id);
            }
        }
        if (found.state.state() != State.CANCELLED) {
            throw found.inAnotherState(found.state.state(), "open");
        }
        return found.status();
    }

    /// The results, one line an input.
    ///
    /// @throws RequestException if the caller has no such job, or it is not completed
    Content results(Caller caller, String id) {
        var found = readable(caller, id);
        if (found.state.state() != State.COMPLETED) {
            throw found.inAnotherState(found.state.state(), "completed");
        }
        return found.store.content(found.job.keys().results());
    }

    /// Forgets a job that has ended, with its results, or one whose state cannot be read.
    ///
    /// @throws RequestException if the caller has no such job, or it is open
    void delete(Caller caller, String id) {
        var found = find(caller, id);
        if (found.state.job() != null && !found.state.isSettled()) {
            // The instance that works on it would leave something behind.
            wake();
            throw found.inAnotherState(State.OPEN, "completed, failed or cancelled for a moment");
        }
        found.store.delete(found.job);
        reported.remove(found.job);
    }
}
