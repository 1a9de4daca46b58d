package dev.icmlora.function.service;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterFiles;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.LowPriorityWork;
import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.ServedAdapter;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.api.Tuned;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.service.TaskServing.Serving;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterFormat;

/// What the function does with a request: fingerprint, choose or generate, apply, answer.
@Singleton
public final class TaskService {

    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final AdapterFiles files;
    private final TaskServing serving;
    private final BackgroundTuning background;
    private final EngineHost engineHost;
    private final LowPriorityWork lowPriority;
    private final RequestMeter meter;

    TaskService(
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            AdapterFiles files,
            TaskServing serving,
            BackgroundTuning background,
            EngineHost engineHost,
            LowPriorityWork lowPriority,
            RequestMeter meter) {
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.files = files;
        this.serving = serving;
        this.background = background;
        this.engineHost = engineHost;
        this.lowPriority = lowPriority;
        this.meter = meter;
    }

    /// Whether another request of this caller would be refused for now.
    public boolean isFull(Caller caller) {
        return engineHost.isStarted() && !engineHost.hasRoom(caller.account());
    }

    /// Answers a request's inputs.
    ///
    /// @throws dev.icmlora.function.error.RequestException if there is no answer
    public GenerateReply generate(Caller caller, GenerateRequest request) {
        return meter.measure("generate", caller.account(), () -> checkedGenerate(caller, request));
    }

    private Metered<GenerateReply> checkedGenerate(Caller caller, GenerateRequest request) {
        rules.check(request);
        var named = functions.answering(caller.tenant(), request);
        if (named.isEmpty()) {
            return wholeGenerate(caller, request);
        }
        var metered = wholeGenerate(caller, named.get().request());
        return new Metered<>(metered.reply().by(named.get().function()), metered.served());
    }

    /// @param request that names no function
    private Metered<GenerateReply> wholeGenerate(Caller caller, GenerateRequest request) {
        var key = key(caller, request);
        rules.check(request.mode(), key.task());
        var form = AnswerForm.of(request);
        return engineHost.submit(caller.account(), turn -> {
            var wanted = form.wanted(caller.tenant(), turn.engine());
            return generate(form, new TaskPrompts(key.task(), request.inputs(), wanted, turn), key, caller.account());
        });
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
        return meter.measure("adapter", caller.account(), () -> checkedAdapter(caller, request, progress));
    }

    private Metered<AdapterReply> checkedAdapter(
            Caller caller, AdapterRequest asked, Consumer<Tuning.Progress> progress) {
        rules.check(asked);
        var request = functions.whole(caller.tenant(), asked);
        var task = request.task().toTask();
        if (request.tune() == null) {
            var key = new AdapterKey(caller.tenant(), task, 1);
            return engineHost.submit(caller.account(), turn -> adapter(key, adapters.of(key, turn), turn.session()));
        }
        var key = new AdapterKey(caller.tenant(), task, 1).tuned(request.tune(), engineHost.engine());
        var budget = TaskServing.budget(request.tune());
        return engineHost.submit(
                caller.account(), turn -> adapter(key, adapters.of(key, budget, progress, turn), turn.session()));
    }

    /// What the answers to a request come from, or a tuning begins with, and so would be others with another generator.
    /// Modes that tune take as much of the task as a task vector is taken from, and do without where nothing is
    /// generated.
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

    /// Tunes what the answers to a request come from, for longer than a request has time: one that is cut short is
    /// tuned anew by the next. Does nothing where nothing is to be tuned now, or it is known.
    ///
    /// @param request that names no function
    /// @throws dev.icmlora.function.error.RequestException if there is no answer
    public void tuneAhead(Caller caller, GenerateRequest request) {
        var engine = engineHost.engine();
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var isWanted = request.mode().tunes() && tune.when() == Tune.When.NOW && tune.budgetMs() == null;
        if (!isWanted || request.adapter() != null || engine.tuningRefusal().isPresent()) {
            return;
        }
        var start = key(caller, request);
        var hasExamples = request.mode() == Mode.AUTO
                ? AutoMode.tunes(start.task())
                : !start.task().examples().isEmpty();
        var key = start.tuned(tune, engine);
        if (!hasExamples || adapters.known(key).isPresent()) {
            return;
        }
        try {
            meter.measure(
                    "adapter",
                    caller.account(),
                    () -> engineHost.submitLong(
                            caller.account(),
                            BackgroundTuning.LIMIT,
                            turn -> adapter(key, adapters.of(key, turn), turn.session())));
        } catch (RuntimeException e) {
            // The first tuning shows that there is no memory for any, and auto does without.
            if (request.mode() != Mode.AUTO || engine.tuningRefusal().isEmpty()) {
                throw e;
            }
        }
    }

    /// A known adapter.
    ///
    /// @throws dev.icmlora.function.error.RequestException if it is not known
    public Adapter known(Tenant tenant, String id) {
        return adapters.byId(tenant, id).adapter();
    }

    /// An adapter as a zip of the files that PEFT loads.
    public AdapterFormat.File peftArchive(Adapter adapter) {
        return lowPriority.work(() -> files.peft(adapter));
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
                Timing.of(spent.phases()));
        return new Metered<>(reply, new Served(Optional.of(reply.id()), reply.cached(), Optional.empty(), spent));
    }

    private Metered<GenerateReply> generate(
            AnswerForm form, TaskPrompts prompts, AdapterKey key, TokenAccount account) {
        var request = form.request();
        if (request.mode() == Mode.AUTO && request.adapter() == null) {
            return choose(form, prompts, key, account);
        }
        if (request.mode() == Mode.TUNED) {
            return tuned(form, prompts, key, account);
        }
        var served = request.mode() == Mode.AUTO ? Mode.ADAPTER : request.mode();
        return named(form, prompts, served, key, null);
    }

    /// Answers in a mode that waits for no tuning.
    private Metered<GenerateReply> named(
            AnswerForm form, TaskPrompts prompts, Mode served, AdapterKey key, Tuned tuning) {
        var tokens = prompts.of(served);
        var adapter = served.usesAdapter() ? Optional.of(adapters.of(key, prompts.turn())) : Optional.<Supplied>empty();
        return answer(form, serving.named(served, key, adapter, tuning, prompts.turn()), tokens, prompts);
    }

    private Metered<GenerateReply> tuned(AnswerForm form, TaskPrompts prompts, AdapterKey start, TokenAccount account) {
        var request = form.request();
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var key = start.tuned(tune, prompts.turn().engine());
        // What does not fit is refused before anything is tuned.
        var tokens = prompts.of(request.mode());
        var supplied = tune.when() == Tune.When.NOW
                ? Optional.of(adapters.of(key, TaskServing.budget(tune), _ -> {}, prompts.turn()))
                : adapters.known(key);
        if (supplied.isPresent()) {
            var report = TaskServing.report(supplied.get().known());
            return answer(form, serving.named(request.mode(), key, supplied, report, prompts.turn()), tokens, prompts);
        }
        if (tune.when() == Tune.When.NEVER) {
            return named(form, prompts, Mode.ADAPTER_EXAMPLES, start.shared(), null);
        }
        var waiting =
                background.later(key, account) ? TaskServing.waiting(key.task().examples()) : null;
        return named(form, prompts, Mode.ADAPTER_EXAMPLES, start.shared(), waiting);
    }

    private Metered<GenerateReply> choose(AnswerForm form, TaskPrompts prompts, AdapterKey key, TokenAccount account) {
        // What does not even fit with the description alone is refused before anything is tuned.
        var described = prompts.of(Mode.ADAPTER);
        var tune = Optional.ofNullable(form.request().tune()).orElse(Tune.DEFAULT);
        var chosen = serving.auto(key, tune, prompts.fitWithExamples(), account, prompts.turn());
        var served = chosen.served();
        return answer(form, chosen, served.showsExamples() ? prompts.of(served) : described, prompts);
    }

    private Metered<GenerateReply> answer(AnswerForm form, Serving as, List<int[]> tokens, TaskPrompts prompts) {
        var scale = form.request().scale().floatValue();
        var weights = form.request().adapter() == null ? "task" : "adapter";
        var answers = as.answer(weights, scale, tokens, prompts::withFewExamples, prompts.wanted());
        var details = form.details(answers);
        var selection = as.selection().withConfidence(ofTask -> form.confidence(answers, ofTask));
        var spent = prompts.turn().session().spent();
        var adapter = as.adapter().map(TaskService::served);
        var reply = new GenerateReply(
                null,
                AnswerForm.outputs(answers, details),
                details,
                adapter.orElse(null),
                selection,
                as.tuning(),
                new Usage(spent.promptTokens(), spent.completionTokens()),
                Timing.of(spent.phases()));
        var served = new Served(
                adapter.map(ServedAdapter::id),
                adapter.map(ServedAdapter::cached).orElse(false),
                Optional.of(as.served().name().toLowerCase(Locale.ROOT)),
                spent);
        return new Metered<>(reply, served);
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
