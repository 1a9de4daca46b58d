package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.TaskHeads;
import dev.icmlora.engine.task.Prompts;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.ServedAdapter;
import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.service.NamedFunctions.Named;
import dev.icmlora.function.service.RequestMeter.Metered;
import dev.icmlora.function.service.TaskServing.Query;
import dev.icmlora.function.service.TaskServing.Serving;
import dev.icmlora.generator.task.Task;

/// Answers tasks with inputs, and makes adapters.
@Singleton
public final class TaskService {

    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final TaskServing serving;
    private final EngineHost engineHost;
    private final RequestMeter meter;

    TaskService(
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            TaskServing serving,
            EngineHost engineHost,
            RequestMeter meter) {
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.serving = serving;
        this.engineHost = engineHost;
        this.meter = meter;
    }

    /// Answers a request's inputs.
    ///
    /// @throws RequestException if there is no answer
    public GenerateReply generate(Caller caller, GenerateRequest request) {
        var reply = meter.measure("generate", caller.account(), () -> {
            var checked = checked(caller, request);
            var chosen = request.adapter() != null && request.mode() == Mode.AUTO;
            var mode = chosen ? Mode.ADAPTER : request.mode();
            return engineHost.submit(caller.account(), turn -> {
                var formed = checked.formed();
                return generate(formed, checked.key, mode, formed.prompts(false, turn), turn);
            });
        });
        return functions.observed(caller.tenant(), request.inputs(), reply);
    }

    /// A request that the rules have passed, with what its function says.
    ///
    /// @param function that it named, with its version; null for none
    /// @param key of the adapter that it names, or of its task
    private record Checked(String function, GenerateRequest request, AdapterKey key) {

        /// With the form of its answers. A schema takes time to read, so the caller has its turn by then.
        ///
        /// @throws RequestException if its schema cannot be followed
        Formed formed() {
            return new Formed(function, AnswerForm.of(request), key);
        }
    }

    /// A request that can be answered.
    private record Formed(String function, AnswerForm form, AdapterKey key) {

        /// Whether it has nothing but the words of its description and labels.
        boolean isWorded() {
            return function == null && key.task().examples().isEmpty();
        }

        /// @param inputFirst see [Prompts#ofTask]
        Prompts prompts(boolean inputFirst, Turn turn) {
            var wanted = form.wanted(key.tenant(), key.task(), turn.engine());
            return Prompts.ofTask(key.task(), form.request().inputs(), wanted, inputFirst, turn.session());
        }
    }

    private Checked checked(Caller caller, GenerateRequest request) {
        rules.check(request);
        var named = functions.answering(caller.tenant(), request);
        var whole = named.map(Named::request).orElse(request);
        var key = key(caller, whole);
        rules.check(whole.mode(), key.task());
        var function = named.map(known -> known.function().toString());
        return new Checked(function.orElse(null), whole, key);
    }

    /// A request for labels, one of several on the same input.
    ///
    /// @param field of the client's own request, of a pointer to a field of this one
    public record LabelRequest(GenerateRequest request, UnaryOperator<String> field) {

        private <T> T refusing(Supplier<T> work) {
            try {
                return EngineHost.refusing(work);
            } catch (RequestException e) {
                throw e.renamed(field);
            }
        }
    }

    /// Answers requests one after the other, in one place. A task with examples is served as in [#generate].
    /// One that is only described is answered by B0, or by the base model where there is no generator. Its
    /// prompt begins with the input, so that what requests have in common is read once.
    ///
    /// @param requests in mode auto, none of which names an adapter
    /// @return a reply for each; the usage of each counts from the first one on
    /// @throws RequestException if one of them gets no answer, in the fields of the client's own request
    public List<GenerateReply> decide(Caller caller, List<LabelRequest> requests) {
        var replies = meter.measure("decide", caller.account(), () -> {
            var checked = each(requests, i -> checked(caller, requests.get(i).request));
            return engineHost.submit(caller.account(), turn -> {
                // What is too long is refused before anything is computed for another.
                var formed = each(requests, i -> checked.get(i).formed());
                var prompts = each(requests, i -> fitting(formed.get(i), turn));
                var decided = each(requests, i -> decide(formed.get(i), prompts.get(i), turn));
                return new Metered<>(decided, turn.session().spent());
            });
        });
        return each(
                requests,
                i -> functions.observed(caller.tenant(), requests.get(i).request.inputs(), replies.get(i)));
    }

    private static Prompts fitting(Formed formed, Turn turn) {
        var prompts = formed.prompts(formed.isWorded(), turn);
        prompts.of(false);
        return prompts;
    }

    /// @param work for the request of an index
    private static <T> List<T> each(List<LabelRequest> requests, IntFunction<T> work) {
        return IntStream.range(0, requests.size())
                .mapToObj(i -> requests.get(i).refusing(() -> work.apply(i)))
                .toList();
    }

    private GenerateReply decide(Formed formed, Prompts prompts, Turn turn) {
        if (!formed.isWorded()) {
            return generate(formed, formed.key, Mode.AUTO, prompts, turn).reply();
        }
        // One key of B0 for whatever is asked.
        var shared = new AdapterKey(formed.key.tenant(), Task.NONE, 0);
        var served = turn.engine().isTrained() ? Mode.ADAPTER : Mode.PLAIN;
        return generate(formed, shared, served, prompts, turn).reply();
    }

    private AdapterKey key(Caller caller, GenerateRequest request) {
        if (request.adapter() == null) {
            return new AdapterKey(
                    caller.tenant(), request.task().toTask(), request.strength().floatValue());
        }
        // A file may have to be read. Else a crowd would have all of its files read, and be refused then.
        engineHost.requireRoom(caller.account());
        var known = adapters.byId(caller.tenant(), request.adapter());
        rules.check(known);
        return known.key();
    }

    /// Generates an adapter, or finds it where its task was seen before.
    ///
    /// @throws RequestException if there is no answer
    public AdapterReply adapter(Caller caller, AdapterRequest request) {
        return adapter(caller, request, _ -> {});
    }

    /// Generates or tunes an adapter, or finds it where its task was seen before.
    ///
    /// @param progress is told of a tuning that this request begins, on a thread that should not wait
    /// @throws RequestException if there is no answer
    public AdapterReply adapter(Caller caller, AdapterRequest request, Consumer<Tuning.Progress> progress) {
        return meter.measure("adapter", caller.account(), () -> {
            rules.check(request);
            var whole = functions.whole(caller.tenant(), request);
            var generated = new AdapterKey(caller.tenant(), whole.task().toTask(), 1);
            var tune = Optional.ofNullable(whole.tune());
            var key = tune.map(how -> generated.tuned(how, engineHost.engine())).orElse(generated);
            return engineHost.submit(
                    caller.account(), turn -> adapter(key, adapters.of(key, progress, turn), turn.session()));
        });
    }

    private static Metered<AdapterReply> adapter(AdapterKey key, Supplied supplied, EngineSession session) {
        var adapter = supplied.known().adapter();
        var spent = session.spent();
        var reply = new AdapterReply(
                adapter.id(),
                supplied.cached(),
                adapter.layout().rank(),
                adapter.layout().alpha(),
                adapter.fileBytes(),
                session.engine().manifest().base().name(),
                key.isTuned() ? TaskServing.report(supplied.known()) : null,
                new Usage(spent.promptTokens(), spent.completionTokens()),
                Timing.of(spent));
        return new Metered<>(reply, Optional.of(reply.id()), reply.cached(), Optional.empty(), spent);
    }

    /// What the answers to a request come from, or a tuning begins with, and so would be others with another
    /// generator. Modes that tune take as much of the task as a task vector is taken from, and do without where
    /// nothing is generated.
    ///
    /// @return empty where the task makes no adapter
    public Optional<AdapterRequest> beginning(GenerateRequest request) {
        if (!request.mode().usesAdapter() || request.adapter() != null) {
            return Optional.empty();
        }
        if (!request.mode().tunes()) {
            return Optional.of(new AdapterRequest(request.task(), null));
        }
        var engine = engineHost.engine();
        return engine.isTrained()
                ? Optional.of(new AdapterRequest(
                        TaskBody.of(engine.fingerprinted(request.task().toTask())), null))
                : Optional.empty();
    }

    /// Tunes what the answers to a request come from, or fits a head to it, for longer than a request has time: what
    /// is cut short begins anew with the next. Does nothing where nothing is to be tuned now.
    ///
    /// @param request that names no function
    /// @throws RequestException if there is no answer
    public void tune(Caller caller, GenerateRequest request) {
        if (request.adapter() != null || !request.mode().tunes()) {
            return;
        }
        var key = key(caller, request);
        var task = key.task();
        var isAuto = request.mode() == Mode.AUTO;
        var tunes = isAuto ? AutoMode.tunes(task) : !task.examples().isEmpty();
        var learns =
                request.labels() == null ? request.answer() != null && tunes : TaskHeads.learns(task, request.labels());
        var hasHead = isAuto && learns;
        var given = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var isNow = given.when() == Tune.When.NOW
                && engineHost.engine().tuningRefusal().isEmpty();
        if (!hasHead && !(isNow && tunes)) {
            return;
        }
        // A head may do, else auto tunes as mode tuned does.
        var mode = hasHead ? Mode.AUTO : Mode.TUNED;
        var tune = isNow ? given : new Tune(given.steps(), Tune.When.NEVER);
        try {
            meter.measure(
                    "adapter",
                    caller.account(),
                    () -> engineHost.submitLong(
                            caller.account(), EngineHost.BACKGROUND, turn -> tune(request, key, mode, tune, turn)));
        } catch (RequestException e) {
            // Auto does without where nothing can be tuned.
            if (!isAuto || !e.is(Kind.INVALID)) {
                throw e;
            }
        }
    }

    /// As one without inputs.
    private Metered<String> tune(GenerateRequest request, AdapterKey key, Mode mode, Tune tune, Turn turn) {
        var wanted = AnswerForm.of(request).wanted(key.tenant(), key.task(), turn.engine());
        var prompts = Prompts.ofTask(key.task(), List.of(), wanted, false, turn.session());
        var as = serve(request, key, mode, tune, prompts, turn);
        var cached = as.adapter().map(Supplied::cached).orElse(false);
        return new Metered<>(
                "", as.id(), cached, Optional.empty(), turn.session().spent());
    }

    /// @param key of the adapter that answers, or of the task
    /// @param mode that serves
    private Metered<GenerateReply> generate(Formed formed, AdapterKey key, Mode mode, Prompts prompts, Turn turn) {
        var form = formed.form;
        var request = form.request();
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var as = serve(request, key, mode, tune, prompts, turn);
        var answers = as.answer();
        var least = form.threshold(as.plan());
        var details = form.details(answers, least);
        var spent = turn.session().spent();
        return as.metered(new GenerateReply(
                formed.function,
                AnswerForm.outputs(answers, details),
                null,
                details,
                as.adapter().map(TaskService::served).orElse(null),
                form.selection(as.selection(), answers, least),
                as.tuning(),
                new Usage(spent.promptTokens(), spent.completionTokens()),
                Timing.of(spent)));
    }

    private Serving serve(GenerateRequest request, AdapterKey key, Mode mode, Tune tune, Prompts prompts, Turn turn) {
        var weights = request.adapter() == null ? "task" : "adapter";
        return serving.serve(new Query(key, mode, tune, request.scale().floatValue(), weights, prompts, turn));
    }

    private static ServedAdapter served(Supplied supplied) {
        var adapter = supplied.known().adapter();
        return new ServedAdapter(
                adapter.id(), supplied.cached(), adapter.layout().rank(), adapter.fileBytes());
    }
}
