package dev.icmlora.function.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.PhaseNanos;
import dev.icmlora.engine.tune.TuningProgress;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterFiles;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.ServedAdapter;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Selection;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.api.Tuned;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.Decisions.Decided;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.SamplingOptions;

/// What the function does with a request: fingerprint, choose or generate, apply, answer.
@Singleton
public final class TaskService {

    private final RequestRules rules;
    private final AdapterSource adapters;
    private final AdapterFiles files;
    private final Decisions decisions;
    private final BackgroundTuning background;
    private final EngineHost engineHost;
    private final RequestMeter meter;

    TaskService(
            RequestRules rules,
            AdapterSource adapters,
            AdapterFiles files,
            Decisions decisions,
            BackgroundTuning background,
            EngineHost engineHost,
            RequestMeter meter) {
        this.rules = rules;
        this.adapters = adapters;
        this.files = files;
        this.decisions = decisions;
        this.background = background;
        this.engineHost = engineHost;
        this.meter = meter;
    }

    /// Answers a request's inputs.
    ///
    /// @param tenant whose adapters may answer
    /// @param account that pays for it
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<GenerateReply> generate(Tenant tenant, TokenAccount account, GenerateRequest request) {
        return meter.measure("generate", account, () -> checkedGenerate(tenant, account, request));
    }

    private Uni<Metered<GenerateReply>> checkedGenerate(Tenant tenant, TokenAccount account, GenerateRequest request) {
        rules.check(request);
        var key = key(tenant, request);
        rules.check(request.mode(), key.task());
        return engineHost.submit(queue(request, key), session -> generate(request, key, account, session));
    }

    /// Requests of one adapter wait in line, and those that need none.
    private static Object queue(GenerateRequest request, AdapterKey key) {
        return request.mode().usesAdapter() ? key : request.mode();
    }

    private AdapterKey key(Tenant tenant, GenerateRequest request) {
        if (request.adapter() == null) {
            return new AdapterKey(
                    tenant, request.task().toTask(), request.strength().floatValue());
        }
        var known = adapters.byId(tenant, request.adapter());
        rules.check(known);
        return known.key();
    }

    /// Generates an adapter, or finds it where its task was seen before.
    ///
    /// @param account that pays for it
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<AdapterReply> adapter(Tenant tenant, TokenAccount account, AdapterRequest request) {
        return adapter(tenant, account, request, _ -> {});
    }

    /// Generates or tunes an adapter, or finds it where its task was seen before.
    ///
    /// @param account that pays for it
    /// @param progress is told of a tuning that this request begins, on a thread that should not wait
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<AdapterReply> adapter(
            Tenant tenant, TokenAccount account, AdapterRequest request, Consumer<TuningProgress> progress) {
        return meter.measure("adapter", account, () -> checkedAdapter(tenant, request, progress));
    }

    private Uni<Metered<AdapterReply>> checkedAdapter(
            Tenant tenant, AdapterRequest request, Consumer<TuningProgress> progress) {
        rules.check(request);
        var task = request.task().toTask();
        if (request.tune() == null) {
            var key = new AdapterKey(tenant, task, 1);
            return engineHost.submit(key, session -> adapter(key, adapters.of(key, session), session));
        }
        var key = TunedKeys.of(new AdapterKey(tenant, task, 1), request.tune());
        var budget = Decisions.budget(request.tune());
        return engineHost.submit(key, session -> adapter(key, adapters.of(key, budget, progress, session), session));
    }

    /// The GGUF file of a known adapter.
    ///
    /// @throws dev.icmlora.function.error.UnknownAdapterException if it is not known
    public byte[] adapterFile(Tenant tenant, String id) {
        return adapters.byId(tenant, id).adapter().gguf();
    }

    /// A known adapter as a zip of the files that PEFT loads.
    ///
    /// @throws dev.icmlora.function.error.UnknownAdapterException if it is not known
    public byte[] peftArchive(Tenant tenant, String id) {
        return files.peft(adapters.byId(tenant, id).adapter());
    }

    private static Metered<GenerateReply> metered(GenerateReply reply, int tuningTokens, PhaseNanos phases) {
        var adapter = Optional.ofNullable(reply.adapter());
        var served = new Served(
                adapter.map(ServedAdapter::id),
                adapter.map(ServedAdapter::cached).orElse(false),
                Optional.of(reply.selection().served().name().toLowerCase(Locale.ROOT)),
                reply.usage(),
                tuningTokens,
                phases);
        return new Metered<>(reply, served);
    }

    private static Metered<AdapterReply> adapter(AdapterKey key, Supplied supplied, EngineSession session) {
        var adapter = supplied.known().adapter();
        var usage = new Usage(supplied.fingerprintTokens(), 0);
        var reply = new AdapterReply(
                adapter.id(),
                supplied.cached(),
                adapter.layout().rank(),
                adapter.layout().alpha(),
                supplied.known().fileBytes(),
                session.engine().manifest().base().name(),
                key.isTuned() ? TuningReports.of(supplied.known()) : null,
                usage,
                Timing.of(session.phases()));
        var served = new Served(
                Optional.of(reply.id()),
                reply.cached(),
                Optional.empty(),
                usage,
                supplied.tuningTokens(),
                session.phases());
        return new Metered<>(reply, served);
    }

    private Metered<GenerateReply> generate(
            GenerateRequest request, AdapterKey key, TokenAccount account, EngineSession session) {
        if (request.mode() == Mode.AUTO && request.adapter() == null) {
            return choose(request, key, account, session);
        }
        if (request.mode() == Mode.TUNED) {
            return tuned(request, key, account, session);
        }
        var served = request.mode() == Mode.AUTO ? Mode.ADAPTER : request.mode();
        return named(request, served, key, null, session);
    }

    /// Answers in a mode that waits for no tuning.
    private Metered<GenerateReply> named(
            GenerateRequest request, Mode served, AdapterKey key, Tuned tuning, EngineSession session) {
        var prompts = prompts(request, served, key.task(), session);
        var adapter = served.usesAdapter() ? Optional.of(adapters.of(key, session)) : Optional.<Supplied>empty();
        var tokens = adapter.map(Supplied::fingerprintTokens).orElse(0);
        var decided = new Decided(Selection.named(served), adapter, tuning, tokens, 0);
        return answer(key.tenant(), request, decided, prompts, session);
    }

    private Metered<GenerateReply> tuned(
            GenerateRequest request, AdapterKey start, TokenAccount account, EngineSession session) {
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var key = TunedKeys.of(start, tune);
        // What does not fit is refused before anything is tuned.
        var prompts = prompts(request, request.mode(), key.task(), session);
        var supplied = tune.when() == Tune.When.NOW
                ? Optional.of(adapters.of(key, Decisions.budget(tune), _ -> {}, session))
                : adapters.known(key);
        if (supplied.isPresent()) {
            var decided = new Decided(
                    Selection.named(request.mode()),
                    supplied,
                    TuningReports.of(supplied.get().known()),
                    supplied.get().fingerprintTokens(),
                    supplied.get().tuningTokens());
            return answer(start.tenant(), request, decided, prompts, session);
        }
        if (tune.when() == Tune.When.NEVER) {
            return named(request, Mode.ADAPTER_EXAMPLES, start.shared(), null, session);
        }
        background.later(key, account);
        var waiting = TuningReports.waiting(key.task().examples());
        return named(request, Mode.ADAPTER_EXAMPLES, start.shared(), waiting, session);
    }

    private Metered<GenerateReply> choose(
            GenerateRequest request, AdapterKey key, TokenAccount account, EngineSession session) {
        var task = key.task();
        // What does not even fit with the description alone is refused before anything is tuned.
        var described = prompts(request, Mode.ADAPTER, task, session);
        var tune = Optional.ofNullable(request.tune()).orElse(Tune.DEFAULT);
        var decided = decisions.of(key, tune, promptsFit(request, task, session), account, session);
        var served = decided.served();
        var prompts = served.showsExamples() ? prompts(request, served, task, session) : described;
        return answer(key.tenant(), request, decided, prompts, session);
    }

    /// Whether every prompt with examples, and its answer, would fit into the context.
    private static boolean promptsFit(GenerateRequest request, Task task, EngineSession session) {
        var room = session.engine().contextTokens() - request.maxTokens();
        // The examples alone tell most that do not, once for all inputs.
        return tokens(task.description(), task.examples(), session) <= room
                && request.inputs().stream().allMatch(input -> {
                    session.cancellation().check();
                    return prompt(task.description(), task.examples(), input, session).length <= room;
                });
    }

    private static int tokens(String description, List<Example> examples, EngineSession session) {
        return session.engine().format().packed(description, examples).tokens().length;
    }

    private static int[] prompt(String description, List<Example> examples, String input, EngineSession session) {
        return session.engine().format().query(description, examples, input).tokens();
    }

    private static Metered<GenerateReply> answer(
            Tenant tenant, GenerateRequest request, Decided decided, List<int[]> prompts, EngineSession session) {
        var sampling = SamplingOptions.GREEDY
                .withTemperature(request.temperature().floatValue())
                .withSeed(request.seed());
        var decoding = new Decoding(
                        sampling, request.maxTokens(), session.engine().stops(request.stop()))
                .withSalt(tenant.id());
        var adapter = decided.adapter()
                .map(supplied -> new ScaledAdapter(
                        supplied.known().adapter(), request.scale().floatValue()));
        var answers = session.answer(adapter, prompts, decoding);
        var phases = session.phases(answers);
        var reply = new GenerateReply(
                answers.texts(),
                decided.adapter().map(TaskService::served).orElse(null),
                decided.selection(),
                decided.tuning(),
                new Usage(decided.readTokens() + answers.promptTokens(), answers.completionTokens()),
                Timing.of(phases));
        return metered(reply, decided.tuningTokens(), phases);
    }

    private static List<int[]> prompts(GenerateRequest request, Mode served, Task task, EngineSession session) {
        var examples = served.showsExamples() ? task.examples() : List.<Example>of();
        var most = session.engine().contextTokens() - request.maxTokens();
        var shared = tokens(task.description(), examples, session);
        var violations = new Violations();
        violations.when(
                shared > most,
                "/task",
                session.engine().contextTokens(),
                shared,
                "makes prompts of %d tokens and more; with an answer of up to %d this is more than the context of %d"
                        .formatted(shared, request.maxTokens(), session.engine().contextTokens()));
        violations.raise();
        var prompts = new ArrayList<int[]>();
        for (var i = 0; i < request.inputs().size(); i++) {
            session.cancellation().check();
            var prompt = prompt(task.description(), examples, request.inputs().get(i), session);
            violations.when(
                    prompt.length > most,
                    "/inputs/" + i,
                    session.engine().contextTokens(),
                    prompt.length,
                    "makes a prompt of %d tokens; with an answer of up to %d this is more than the context of %d"
                            .formatted(
                                    prompt.length,
                                    request.maxTokens(),
                                    session.engine().contextTokens()));
            prompts.add(prompt);
        }
        violations.raise();
        return prompts;
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
