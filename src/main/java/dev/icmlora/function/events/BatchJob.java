package dev.icmlora.function.events;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.Selection;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.events.TaskFile.Checked;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskService;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.StoredObject;

/// Answers one task file: adapter, parts, then the summary, and last the results, whose appearance completes the task.
/// Whatever is there already is not done again.
@Singleton
final class BatchJob {

    /// In characters.
    private static final int LONGEST_BATCH = 1 << 20;

    private final TaskService service;
    private final RequestRules rules;
    private final NamedFunctions functions;
    private final TaskFile file;
    private final Answering answering;
    private final Outcomes outcomes;
    private final ObjectMapper json;
    private final EventsConfig config;
    private final int largestBatch;

    BatchJob(
            TaskService service,
            RequestRules rules,
            NamedFunctions functions,
            TaskFile file,
            Answering answering,
            Outcomes outcomes,
            ObjectMapper json,
            EventsConfig config,
            FunctionConfig function) {
        this.service = service;
        this.rules = rules;
        this.functions = functions;
        this.file = file;
        this.answering = answering;
        this.outcomes = outcomes;
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
            int answered,
            int abstained,
            int failed,
            String adapter,
            String adapterFile,
            Selection selection,
            Usage usage,
            Timing timingMs) {}

    /// @param task the task file
    /// @param about what the summary says of it
    /// @param work on whose behalf, and until when
    /// @throws dev.icmlora.function.error.RequestException if it is not valid
    /// @throws RequestException if there is more to do than the deadline lets
    void run(ObjectStore store, TaskKeys keys, StoredObject task, Map<String, String> about, Work work) {
        var checked = whole(file.check(store, task, keys, work.inputs()), work);
        var prefix = keys.parts() + TaskKeys.digest(identity(task, checked, work)) + "/";
        var checkpoint =
                Checkpoint.load(store, prefix, json, config.checkpoint().inputs());
        var served = prefix + "served.json";
        if (checkpoint.done() < checked.count()) {
            answer(store, keys, task, checked, checkpoint, served, work);
        }
        work.check();
        publish(store, keys, task, checked, about, checkpoint, served);
    }

    /// The task file with what its function says, if it names one.
    private Checked whole(Checked checked, Work work) {
        var request = checked.request().withInputs(List.of("any"));
        rules.check(request);
        return functions
                .answering(work.tenant(), request)
                .map(named -> checked.by(named.function(), named.request()))
                .orElse(checked);
    }

    /// What the answers depend on. Parts under another identity are not gone on with: the inputs were changed, or the
    /// generator was, or a newer version of the function is there.
    private String identity(StoredObject task, Checked checked, Work work) {
        var adapter = service.beginning(checked.request())
                .map(request -> service.adapter(work.caller(), request).id())
                .orElse("");
        var parts = Stream.concat(
                Stream.of(task.version(), checked.inputs().object().version(), adapter),
                checked.function().map(FunctionName::toString).stream());
        return parts.collect(Collectors.joining("\n"));
    }

    private void answer(
            ObjectStore store,
            TaskKeys keys,
            StoredObject task,
            Checked checked,
            Checkpoint checkpoint,
            String served,
            Work work) {
        var firstBatch = true;
        answering.tune(checked.request(), work);
        try (var inputs = file.inputs(checked, task)) {
            inputs.skip(checkpoint.done());
            while (checkpoint.done() < checked.count()) {
                var batch = batch(inputs);
                var answered = answering.answer(checked.request(), checkpoint.done(), batch, work);
                if (firstBatch) {
                    firstBatch = !keep(store, keys, answered.tally(), served, work);
                }
                work.check();
                checkpoint.add(answered);
                if (checkpoint.done() < checked.count()) {
                    work.deadline().check();
                }
            }
        } catch (RequestException | StorageUnavailableException e) {
            if (!(e instanceof RequestException refused) || refused.is(Kind.NOT_DONE)) {
                work.check();
                checkpoint.flush();
            }
            throw e;
        }
        checkpoint.flush();
    }

    private List<String> batch(Inputs inputs) {
        var batch = new ArrayList<String>();
        var characters = 0L;
        while (batch.size() < largestBatch && characters < LONGEST_BATCH) {
            var next = inputs.next();
            if (next.isEmpty()) {
                break;
            }
            characters += next.get().length();
            batch.add(next.get());
        }
        return batch;
    }

    /// Puts the adapter beside the results, and notes what served. Before the first part, so that an instance that goes
    /// on with the parts finds both.
    ///
    /// @return false if nothing was answered yet
    private boolean keep(ObjectStore store, TaskKeys keys, Tally tally, String served, Work work) {
        if (tally.answered() == 0) {
            return false;
        }
        if (tally.adapter() != null && keys.adapters().isPresent()) {
            once(store, keys.adapter(tally.adapter()), Content.of(adapterFile(tally.adapter(), work)));
        }
        var note = new Tally(0, 0, 0, tally.usage(), tally.timingMs(), tally.adapter(), tally.selection());
        once(store, served, outcomes.content(note));
        return true;
    }

    private byte[] adapterFile(String id, Work work) {
        try {
            return service.known(work.tenant(), id).gguf();
        } catch (RequestException e) {
            e.unless(Kind.UNKNOWN_ADAPTER);
            // Others crowded it out since: the next delivery makes it again.
            throw RequestException.redeliver(e.getMessage());
        }
    }

    private static void once(ObjectStore store, String key, Content content) {
        try {
            if (store.find(key).isEmpty()) {
                store.write(key, content, Outcomes.OWN, new Condition.IfAbsent());
            }
        } catch (ConditionFailedException e) {
            // Named by its content: whoever was quicker wrote the same.
        }
    }

    private void publish(
            ObjectStore store,
            TaskKeys keys,
            StoredObject task,
            Checked checked,
            Map<String, String> about,
            Checkpoint checkpoint,
            String served) {
        var note = served(store, served);
        var tally = checkpoint.tally();
        var adapter = note.map(Tally::adapter).orElse(null);
        outcomes.publish(
                store,
                keys.summary(),
                outcomes.content(new Summary(
                        about,
                        checked.function().map(FunctionName::toString).orElse(null),
                        tally.inputs(),
                        tally.answered(),
                        tally.abstained(),
                        tally.failed(),
                        adapter,
                        adapter == null ? null : keys.adapter(adapter),
                        note.map(Tally::selection).orElse(null),
                        tally.usage(),
                        tally.timingMs())),
                task.version());
        outcomes.publish(store, keys.results(), checkpoint.parts(), task.version());
    }

    private Optional<Tally> served(ObjectStore store, String key) {
        return store.find(key).map(note -> {
            try (var in = store.read(note)) {
                return json.readValue(in, Tally.class);
            } catch (IOException e) {
                throw new StorageUnavailableException("cannot read " + key + ": " + e, e);
            }
        });
    }
}
