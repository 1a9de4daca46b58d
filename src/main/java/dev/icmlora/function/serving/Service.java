package dev.icmlora.function.serving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.ServedAdapter;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Selection;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.serving.AdapterSource.Supplied;
import dev.icmlora.function.serving.Decisions.Decided;
import dev.icmlora.function.serving.Decisions.Question;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.scoring.SelectionOptions;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.SamplingOptions;

/// What the function does with a request: fingerprint, choose or generate, apply, answer.
@Singleton
public final class Service {

    /// The same for every request: a request's own seed is for its answers, and a decision is made once for a task.
    private static final long SELECTION_SEED = 0;

    private final RequestRules rules;
    private final AdapterSource adapters;
    private final Decisions decisions;
    private final Scheduler scheduler;
    private final RequestMeter meter;

    Service(RequestRules rules, AdapterSource adapters, Decisions decisions, Scheduler scheduler, RequestMeter meter) {
        this.rules = rules;
        this.adapters = adapters;
        this.decisions = decisions;
        this.scheduler = scheduler;
        this.meter = meter;
    }

    /// Answers a request's inputs.
    ///
    /// @param tenant whose adapters may answer
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<GenerateReply> generate(Tenant tenant, GenerateRequest request) {
        return meter.measure("generate", () -> checkedGenerate(tenant, request), Service::counted);
    }

    private Uni<GenerateReply> checkedGenerate(Tenant tenant, GenerateRequest request) {
        rules.check(request);
        var blend = blend(tenant, request);
        rules.check(request.mode(), blend.task());
        return scheduler.submit(
                queue(request, blend), (engine, cancellation) -> generate(request, blend, engine, cancellation));
    }

    /// Requests of one adapter wait in line, and those that need none.
    private static Object queue(GenerateRequest request, AdapterKey blend) {
        return request.mode().usesAdapter() ? blend : request.mode();
    }

    private AdapterKey blend(Tenant tenant, GenerateRequest request) {
        if (request.adapter() == null) {
            return new AdapterKey(tenant, task(request.task()), request.strength().floatValue());
        }
        var known = adapters.byId(tenant, request.adapter());
        rules.check(known);
        return known.blend();
    }

    /// Generates an adapter, or finds it where its task was seen before.
    ///
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<AdapterReply> adapter(Tenant tenant, AdapterRequest request) {
        return meter.measure("adapter", () -> checkedAdapter(tenant, request), Service::counted);
    }

    private Uni<AdapterReply> checkedAdapter(Tenant tenant, AdapterRequest request) {
        rules.check(request);
        var blend = new AdapterKey(tenant, task(request.task()), 1);
        return scheduler.submit(blend, (engine, cancellation) -> adapter(blend, engine, cancellation));
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
        return scheduler.files().peft(adapters.byId(tenant, id).adapter());
    }

    private static Served counted(GenerateReply reply) {
        var adapter = Optional.ofNullable(reply.adapter());
        return new Served(
                adapter.map(ServedAdapter::id),
                adapter.map(ServedAdapter::cached).orElse(false),
                Optional.of(reply.selection().served().name().toLowerCase(Locale.ROOT)),
                reply.usage(),
                reply.timingMs());
    }

    private static Served counted(AdapterReply reply) {
        return new Served(Optional.of(reply.id()), reply.cached(), Optional.empty(), reply.usage(), reply.timingMs());
    }

    static Task task(TaskBody body) {
        return new Task(
                body.description(),
                body.examples().stream()
                        .map(example -> new Example(example.input(), example.output()))
                        .toList());
    }

    private AdapterReply adapter(AdapterKey blend, Engine engine, Cancellation cancellation) {
        var phases = new Phases();
        var supplied = adapters.of(blend, engine, phases, cancellation);
        var adapter = supplied.known().adapter();
        return new AdapterReply(
                adapter.id(),
                supplied.cached(),
                adapter.layout().rank(),
                adapter.layout().alpha(),
                supplied.known().fileBytes(),
                engine.manifest().base().name(),
                new Usage(supplied.fingerprintTokens(), 0),
                phases.timing());
    }

    private GenerateReply generate(GenerateRequest request, AdapterKey blend, Engine engine, Cancellation cancellation) {
        if (request.mode() == Mode.AUTO && request.adapter() == null) {
            return choose(request, blend, engine, cancellation);
        }
        var served = request.mode() == Mode.AUTO ? Mode.ADAPTER : request.mode();
        var prompts = prompts(request, served, blend.task(), engine, cancellation);
        var phases = new Phases();
        var adapter = served.usesAdapter()
                ? Optional.of(adapters.of(blend, engine, phases, cancellation))
                : Optional.<Supplied>empty();
        var fingerprintTokens = adapter.map(Supplied::fingerprintTokens).orElse(0);
        var decided = new Decided(Selection.named(served), adapter, fingerprintTokens);
        return answer(blend.tenant(), request, decided, prompts, engine, phases, cancellation);
    }

    private GenerateReply choose(GenerateRequest request, AdapterKey blend, Engine engine, Cancellation cancellation) {
        var task = blend.task();
        // What does not even fit with the description alone is refused before anything is tried.
        var described = prompts(request, Mode.ADAPTER, task, engine, cancellation);
        var phases = new Phases();
        var options = new SelectionOptions(
                request.candidates(),
                SELECTION_SEED,
                Optional.ofNullable(request.budgetMs()).map(Duration::ofMillis),
                promptsFit(request, task, engine, cancellation),
                request.refine() == null
                        ? Duration.ZERO
                        : Duration.ofMillis(request.refine().budgetMs()));
        var question =
                new Question(blend.tenant(), task, options, request.scale().floatValue());
        var decided = decisions.of(question, engine, phases, cancellation);
        var served = decided.selection().served();
        var prompts = served.showsExamples() ? prompts(request, served, task, engine, cancellation) : described;
        return answer(blend.tenant(), request, decided, prompts, engine, phases, cancellation);
    }

    /// Whether every prompt with examples, and its answer, would fit into the context.
    private static boolean promptsFit(GenerateRequest request, Task task, Engine engine, Cancellation cancellation) {
        var room = engine.contextTokens() - request.maxTokens();
        // The examples alone tell most that do not, once for all inputs.
        return tokens(task.description(), task.examples(), engine) <= room
                && request.inputs().stream().allMatch(input -> {
                    cancellation.check();
                    return prompt(task.description(), task.examples(), input, engine).length <= room;
                });
    }

    private static int tokens(String description, List<Example> examples, Engine engine) {
        return engine.format().packed(description, examples).tokens().length;
    }

    private static int[] prompt(String description, List<Example> examples, String input, Engine engine) {
        return engine.format().query(description, examples, input).tokens();
    }

    private static GenerateReply answer(
            Tenant tenant,
            GenerateRequest request,
            Decided decided,
            List<int[]> prompts,
            Engine engine,
            Phases phases,
            Cancellation cancellation) {
        var sampling = SamplingOptions.GREEDY
                .withTemperature(request.temperature().floatValue())
                .withSeed(request.seed());
        var decoding = new Decoding(sampling, request.maxTokens(), request.stop()).withSalt(tenant.id());
        var weights = decided.adapter()
                .map(supplied ->
                        new ScaledAdapter(supplied.known().adapter(), request.scale().floatValue()));
        var answers = engine.answer(weights, prompts, decoding, cancellation);
        return new GenerateReply(
                answers.texts(),
                decided.adapter().map(Service::served).orElse(null),
                decided.selection(),
                new Usage(decided.fingerprintTokens() + answers.promptTokens(), answers.completionTokens()),
                phases.timing(answers));
    }

    private static List<int[]> prompts(
            GenerateRequest request, Mode served, Task task, Engine engine, Cancellation cancellation) {
        var examples = served.showsExamples() ? task.examples() : List.<Example>of();
        var most = engine.contextTokens() - request.maxTokens();
        var shared = tokens(task.description(), examples, engine);
        var violations = new Violations();
        violations.when(
                shared > most,
                "/task",
                engine.contextTokens(),
                shared,
                "makes prompts of %d tokens and more; with an answer of up to %d this is more than the context of %d"
                        .formatted(shared, request.maxTokens(), engine.contextTokens()));
        violations.raise();
        var prompts = new ArrayList<int[]>();
        for (var i = 0; i < request.inputs().size(); i++) {
            cancellation.check();
            var prompt = prompt(task.description(), examples, request.inputs().get(i), engine);
            violations.when(
                    prompt.length > most,
                    "/inputs/" + i,
                    engine.contextTokens(),
                    prompt.length,
                    "makes a prompt of %d tokens; with an answer of up to %d this is more than the context of %d"
                            .formatted(prompt.length, request.maxTokens(), engine.contextTokens()));
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
