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
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.service.NamedFunctions.Named;
import dev.icmlora.function.service.RequestMeter.Metered;
import dev.icmlora.function.service.TaskServing.Query;
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
    /// @throws dev.icmlora.function.error.RequestException if there is no answer
    public GenerateReply generate(Caller caller, GenerateRequest request) {
        var reply = meter.measure("generate", caller.account(), () -> {
            var checked = checked(caller, request);
            var chosen = request.adapter() != null && request.mode() == Mode.AUTO;
            var mode = chosen ? Mode.ADAPTER : request.mode();
            return engineHost.submit(
                    caller.account(), turn -> generate(checked, checked.key, mode, checked.prompts(false, turn)));
        });
        return functions.observed(caller.tenant(), request.inputs(), reply);
    }

    /// A request that the rules have passed, with what its function says.
    ///
    /// @param function that it named, with its version; null for none
    /// @param key of the adapter that it names, or of its task
    private record Checked(String function, AnswerForm form, AdapterKey key) {

        /// Whether it has nothing but the words of its description and labels.
        boolean isWorded() {
            return function == null && key.task().examples().isEmpty();
        }

        /// @param inputFirst see [Prompts#ofTask]
        Prompts prompts(boolean inputFirst, Turn turn) {
            var wanted = form.wanted(key.tenant(), key.task(), turn.engine());
            return Prompts.ofTask(key.task(), form.request().inputs(), wanted, inputFirst, turn);
        }
    }

    private Checked checked(Caller caller, GenerateRequest request) {
        rules.check(request);
        var named = functions.answering(caller.tenant(), request);
        var whole = named.map(Named::request).orElse(request);
        var key = key(caller, whole);
        rules.check(whole.mode(), key.task());
        var function = named.map(known -> known.function().toString());
        return new Checked(function.orElse(null), AnswerForm.of(whole), key);
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
                var prompts = each(requests, i -> fitting(checked.get(i), turn));
                var decided = each(requests, i -> decide(checked.get(i), prompts.get(i)));
                return new Metered<>(decided, turn.session().spent());
            });
        });
        return each(
                requests,
                i -> functions.observed(caller.tenant(), requests.get(i).request.inputs(), replies.get(i)));
    }

    private static Prompts fitting(Checked checked, Turn turn) {
        var prompts = checked.prompts(checked.isWorded(), turn);
        prompts.of(false);
        return prompts;
    }

    /// @param work for the request of an index
    private static <T> List<T> each(List<LabelRequest> requests, IntFunction<T> work) {
        return IntStream.range(0, requests.size())
                .mapToObj(i -> requests.get(i).refusing(() -> work.apply(i)))
                .toList();
    }

    private GenerateReply decide(Checked checked, Prompts prompts) {
        if (!checked.isWorded()) {
            return generate(checked, checked.key, Mode.AUTO, prompts).reply();
        }
        // One key of B0 for whatever is asked.
        var shared = new AdapterKey(checked.key.tenant(), Task.NONE, 0);
        var served = prompts.turn().engine().isTrained() ? Mode.ADAPTER : Mode.PLAIN;
        return generate(checked, shared, served, prompts).reply();
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
    /// @throws dev.icmlora.function.error.RequestException if there is no answer
    public AdapterReply adapter(Caller caller, AdapterRequest request) {
        return adapter(caller, request, _ -> {});
    }

    /// Generates or tunes an adapter, or finds it where its task was seen before.
    ///
    /// @param progress is told of a tuning that this request begins, on a thread that should not wait
    /// @throws dev.icmlora.function.error.RequestException if there is no answer
    public AdapterReply adapter(Caller caller, AdapterRequest request, Consumer<Tuning.Progress> progress) {
        return meter.measure("adapter", caller.account(), () -> {
            rules.check(request);
            var whole = functions.whole(caller.tenant(), request);
            var generated = new AdapterKey(caller.tenant(), whole.task().toTask(), 1);
            var tune = Optional.ofNullable(whole.tune());
            var key = tune.map(how -> generated.tuned(how, engineHost.engine())).orElse(generated);
            var budget = tune.flatMap(TaskServing::budget);
            return engineHost.submit(
                    caller.account(), turn -> adapter(key, adapters.of(key, budget, progress, turn), turn.session()));
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
                supplied.known().fileBytes(),
                session.engine().manifest().base().name(),
                key.isTuned() ? TaskServing.report(supplied.known()) : null,
                new Usage(spent.promptTokens(), spent.completionTokens()),
                Timing.of(spent));
        return new Metered<>(reply, Optional.of(reply.id()), reply.cached(), Optional.empty(), spent);
    }

    /// @param key of the adapter that answers, or of the task
    /// @param mode that serves
    private Metered<GenerateReply> generate(Checked checked, AdapterKey key, Mode mode, Prompts prompts) {
        var form = checked.form;
        var request = form.request();
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var as = serving.serve(new Query(
                key,
                mode,
                tune,
                request.scale().floatValue(),
                request.adapter() == null ? "task" : "adapter",
                prompts));
        var answers = as.answer();
        var least = form.threshold(as.plan());
        var details = form.details(answers, least);
        var spent = prompts.turn().session().spent();
        return as.metered(new GenerateReply(
                checked.function,
                AnswerForm.outputs(answers, details),
                null,
                details,
                as.adapter().map(TaskService::served).orElse(null),
                form.selection(as.selection(), answers, least),
                as.tuning(),
                new Usage(spent.promptTokens(), spent.completionTokens()),
                Timing.of(spent)));
    }

    private static ServedAdapter served(Supplied supplied) {
        var adapter = supplied.known().adapter();
        return new ServedAdapter(
                adapter.id(),
                supplied.cached(),
                adapter.layout().rank(),
                supplied.known().fileBytes());
    }
}
