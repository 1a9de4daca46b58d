package dev.icmlora.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.events.JobStatus.State;
import dev.icmlora.events.TaskFile.Checked;
import dev.icmlora.events.TaskFile.Inputs;
import dev.icmlora.events.TaskState.Tally;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageUnavailableException;

/// Works on a claimed task file or job until it has an outcome. It writes the adapter, parts, the summary, and last
/// the results, whose appearance completes the task; or an error in their place. What is there is not done again.
@Singleton
final class TaskRunner {

    private static final Logger LOG = Logger.getLogger(TaskRunner.class);

    /// In characters.
    private static final int LONGEST_BATCH = 1 << 20;
    /// For what is to be stored at a stop.
    private static final Duration LAST_WRITES = Duration.ofSeconds(2);

    private final TaskService service;
    private final AdapterSource adapters;
    private final RequestRules rules;
    private final NamedFunctions functions;
    private final TaskFile file;
    private final Answering answering;
    private final Sink sink;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final int largestBatch;
    private final Set<Claim> claims = new HashSet<>();
    private boolean stopping;

    TaskRunner(
            TaskService service,
            AdapterSource adapters,
            RequestRules rules,
            NamedFunctions functions,
            TaskFile file,
            Answering answering,
            Sink sink,
            ObjectMapper json,
            EventsConfig config,
            FunctionConfig function) {
        this.service = service;
        this.adapters = adapters;
        this.rules = rules;
        this.functions = functions;
        this.file = file;
        this.answering = answering;
        this.sink = sink;
        this.json = json;
        this.config = config;
        this.largestBatch = Math.min(config.batch(), function.limits().inputs());
    }

    /// The contents of `results/<name>.summary.json`.
    ///
    /// @param function name and version of the one that the task file named; null if it named none
    @RegisterForReflection
    record Summary(
            Map<String, String> task,
            String function,
            int inputs,
            @JsonUnwrapped Tally tally,
            String adapterFile) {}

    /// Claims a task file or a job, and works until there is an outcome and nothing is left to do.
    ///
    /// @param found its state; empty for none
    /// @param next see [Claim#take]
    /// @param work what is to be done under the claim
    /// @param task gives the task file, or throws what is wrong with it
    /// @return how it ended; empty if nothing was left to do
    /// @throws RequestException if there is more to do than the deadline lets, or another instance may do it
    Optional<State> run(
            StateObject object,
            Optional<TaskState> found,
            Function<Optional<TaskState>, Optional<TaskState>> next,
            Function<Claim, Work> work,
            Supplier<StoredObject> task) {
        return Claim.take(object, found, next, config.lease()).map(claim -> {
            try (claim) {
                begin(claim);
                return run(work.apply(claim), task);
            } finally {
                end(claim);
            }
        });
    }

    private synchronized void begin(Claim claim) {
        if (stopping) {
            throw RequestException.redeliver("the function stops");
        }
        claims.add(claim);
    }

    private synchronized void end(Claim claim) {
        claims.remove(claim);
        notifyAll();
    }

    /// Looks which jobs were cancelled, and gives up what is computed for them.
    synchronized void look() {
        claims.forEach(claim -> Thread.ofVirtual().start(claim::look));
    }

    /// Gives up what is computed, which the next instance computes, and waits a moment for what is answered to be
    /// stored, and the claims to be given back. Before the engine stops, which waits for what is computed.
    synchronized void stop(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
        stopping = true;
        claims.forEach(claim -> Thread.ofVirtual().start(claim::stop));
        var end = System.nanoTime() + LAST_WRITES.toNanos();
        for (var left = LAST_WRITES.toMillis(); left > 0 && !claims.isEmpty(); ) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
    }

    private State run(Work work, Supplier<StoredObject> task) {
        try {
            return finish(work, outcome(work, task));
        } catch (RequestException e) {
            if (!work.claim().isCancelled()) {
                throw e;
            }
            deleteResults(work);
            deleteParts(work);
            work.claim().release(state -> state.begun(null));
            return State.CANCELLED;
        }
    }

    private State outcome(Work work, Supplier<StoredObject> task) {
        try {
            work.claim().check();
            var before = work.claim().isFirst() ? Optional.<State>empty() : work.outcome();
            if (before.isEmpty()) {
                answer(work, task.get());
            }
            return before.orElse(State.COMPLETED);
        } catch (RequestException e) {
            var isFinal = e.is(Kind.INVALID, Kind.UNKNOWN_ADAPTER, Kind.UNKNOWN_FUNCTION);
            if (!isFinal || e.is(Kind.UNKNOWN_ADAPTER) && work.mayBeKnownElsewhere()) {
                // What was answered is not to be lost, nor a job that this instance only found first.
                throw e.is(Kind.NOT_DONE) ? e : RequestException.redeliver(e.getMessage());
            }
            if (work.claim().state().job() == null) {
                LOG.infof("%s: %s", work.about(), e.getMessage());
            }
            // An instance that was only slow must not put an error beside another one's results.
            work.claim().verify();
            var problem = json.<ObjectNode>valueToTree(e.problem()).putPOJO("task", work.about());
            work.publish(work.keys().error(), readable(problem));
            return State.FAILED;
        }
    }

    /// What follows when the outcome is there: that of another version goes. If a delivery is stopped before the end of
    /// it, the state is still open, by which the next one sees that something is left to do.
    private State finish(Work work, State end) {
        if (!work.claim().isFirst()) {
            if (end == State.COMPLETED) {
                work.store().delete(work.keys().error());
            } else if (isThere(work)) {
                // An event of a file that is gone, or never was, takes nothing away.
                deleteResults(work);
            }
        }
        work.announced().ifPresent(bucket -> sink.announce(end, bucket, work.keys(), work.version()));
        deleteParts(work);
        work.claim().end(state -> state.begun(null).ended(end));
        return end;
    }

    private static boolean isThere(Work work) {
        return work.keys().hasPlainName()
                && work.store()
                        .find(work.keys().task())
                        .filter(task -> task.version().equals(work.version()))
                        .isPresent();
    }

    private static void deleteResults(Work work) {
        work.store().delete(work.keys().results());
        work.store().delete(work.keys().summary());
    }

    private static void deleteParts(Work work) {
        if (!work.claim().isFirst() || !work.claim().state().parts().isEmpty()) {
            work.store().list(work.keys().parts()).forEach(part -> work.store().delete(part.key()));
        }
    }

    private void answer(Work work, StoredObject task) {
        var read = file.check(work.store(), task, work.keys(), work.inputs().get());
        var checked = whole(read, work);
        var start = service.beginning(checked.request()).map(request -> service.adapter(work.caller(), request));
        var basis = basis(checked, start.map(AdapterReply::id));
        var progress = new Progress(work, basis, json, config.checkpoint().inputs(), largestBatch);
        if (progress.tally().inputs() < checked.count()) {
            var isNew = start.filter(reply -> !reply.cached()).isPresent();
            answer(work, checked, progress, isNew);
        }
        work.check();
        publish(work, checked, progress);
    }

    /// The task file with what its function says, if it names one.
    private Checked whole(Checked checked, Work work) {
        var request = checked.request().withInputs(List.of("any"));
        rules.check(request);
        var named = functions.answering(work.caller().tenant(), request);
        return named.map(one -> checked.by(one.function(), one.request())).orElse(checked);
    }

    /// What the answers depend on beside the task file. Work on another basis is not gone on with: the inputs were
    /// changed, or the generator was, or a newer version of the function is there.
    private static String basis(Checked checked, Optional<String> adapter) {
        var parts = new ArrayList<>(List.of(checked.inputs().object().version()));
        adapter.ifPresent(parts::add);
        checked.function().map(FunctionName::toString).ifPresent(parts::add);
        return String.join(" ", parts);
    }

    /// @param isNew whether the adapter was made just now, so that it is hardly in the store
    private void answer(Work work, Checked checked, Progress progress, boolean isNew) {
        answering.tune(checked.request(), work);
        try (var inputs = Inputs.of(checked.inputs(), json)) {
            inputs.skip(progress.tally().inputs());
            var read = new ArrayList<String>();
            while (progress.tally().inputs() < checked.count()) {
                var before = progress.tally();
                var batch = batch(read, inputs, progress.batch());
                var answered = answering.answer(checked.request(), before.inputs(), batch, work);
                if (answered.isPresent()) {
                    if (before.answered() == 0) {
                        keep(work, answered.get().tally().adapter(), isNew);
                    }
                    work.check();
                    progress.add(answered.get());
                    batch.clear();
                } else {
                    progress.tooMany(batch.size());
                }
                if (progress.tally().inputs() < checked.count()) {
                    work.checkTime();
                }
            }
        } catch (RequestException | StorageUnavailableException e) {
            if (!(e instanceof RequestException refused) || refused.is(Kind.NOT_DONE, Kind.TOO_MANY_TOKENS)) {
                work.check();
                progress.flush();
            }
            throw e;
        }
    }

    /// The first of what is read and not answered, of which more is read if that is too little.
    ///
    /// @param most inputs
    /// @return a view: what is removed from it counts as answered
    private static List<String> batch(List<String> read, Inputs inputs, int most) {
        var size = 0;
        for (var characters = 0L; size < most && characters < LONGEST_BATCH; size++) {
            if (size == read.size()) {
                var next = inputs.next();
                if (next.isEmpty()) {
                    break;
                }
                read.add(next.get());
            }
            characters += read.get(size).length();
        }
        return read.subList(0, size);
    }

    /// Puts the adapter that serves beside the results, while it is known here.
    private void keep(Work work, String adapter, boolean isNew) {
        if (adapter == null || work.keys().adapters().isEmpty()) {
            return;
        }
        var key = work.keys().adapter(adapter);
        if (!isNew && work.store().find(key).isPresent()) {
            return;
        }
        try {
            var weights =
                    adapters.byId(work.caller().tenant(), adapter).adapter().gguf();
            work.store().write(key, Content.of(weights), Work.OWN, new Condition.IfAbsent());
        } catch (RequestException e) {
            e.unless(Kind.UNKNOWN_ADAPTER);
            // It was evicted: the next delivery makes it again.
            throw RequestException.redeliver(e.getMessage());
        } catch (ConditionFailedException e) {
            // Named by its content: it is the same.
        }
    }

    private void publish(Work work, Checked checked, Progress progress) {
        var keys = work.keys();
        var tally = progress.tally();
        var summary = new Summary(
                work.about(),
                checked.function().map(FunctionName::toString).orElse(null),
                tally.inputs(),
                tally,
                tally.adapter() == null ? null : keys.adapter(tally.adapter()));
        work.publish(keys.summary(), readable(summary));
        work.publish(keys.results(), progress::write);
    }

    /// As JSON that a person reads.
    private Content readable(Object value) {
        return Content.of(json.writerWithDefaultPrettyPrinter(), value);
    }
}
