package dev.icmlora.function.serving;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateReply.Selection;
import dev.icmlora.function.api.GenerateReply.ServedAdapter;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.serving.AdapterSource.Supplied;
import dev.icmlora.function.serving.Phases.Phase;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.SamplingOptions;

/// What the function does with a request: fingerprint, generate, apply, answer.
@Singleton
public final class Service {

    private final RequestRules rules;
    private final AdapterSource adapters;
    private final Slot slot;
    private final RequestMeter meter;

    Service(RequestRules rules, AdapterSource adapters, Slot slot, RequestMeter meter) {
        this.rules = rules;
        this.adapters = adapters;
        this.slot = slot;
        this.meter = meter;
    }

    /// Answers a request's inputs.
    ///
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<GenerateReply> generate(GenerateRequest request) {
        return meter.measure("generate", () -> checkedGenerate(request), Service::counted);
    }

    private Uni<GenerateReply> checkedGenerate(GenerateRequest request) {
        rules.check(request);
        var blend = blend(request);
        rules.check(request.mode(), blend.task());
        return slot.submit((engine, cancellation) -> generate(request, blend, engine, cancellation));
    }

    private Blend blend(GenerateRequest request) {
        if (request.adapter() == null) {
            return new Blend(task(request.task()), request.strength().floatValue());
        }
        var known = adapters.byId(request.adapter());
        rules.check(known);
        return known.blend();
    }

    /// Generates an adapter, or finds it where its task was seen before.
    ///
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<AdapterReply> adapter(AdapterRequest request) {
        return meter.measure("adapter", () -> checkedAdapter(request), Service::counted);
    }

    private Uni<AdapterReply> checkedAdapter(AdapterRequest request) {
        rules.check(request);
        var task = task(request.task());
        return slot.submit((engine, cancellation) -> adapter(task, engine));
    }

    /// The GGUF file of a known adapter.
    ///
    /// @throws dev.icmlora.function.error.UnknownAdapterException if it is not known
    public byte[] adapterFile(String id) {
        return adapters.byId(id).adapter().gguf();
    }

    /// A known adapter as a zip of the files that PEFT loads.
    ///
    /// @throws dev.icmlora.function.error.UnknownAdapterException if it is not known
    public byte[] peftArchive(String id) {
        return slot.peftArchive(adapters.byId(id).adapter());
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

    private AdapterReply adapter(Task task, Engine engine) {
        var phases = new Phases();
        var supplied = adapters.of(new Blend(task, 1), engine, phases);
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

    private GenerateReply generate(GenerateRequest request, Blend blend, Engine engine, Cancellation cancellation) {
        var task = blend.task();
        var served = request.mode() == Mode.AUTO ? Mode.ADAPTER : request.mode();
        var prompts = prompts(request, served.showsExamples() ? task.examples() : List.of(), task, engine);
        var sampling = SamplingOptions.GREEDY
                .withTemperature(request.temperature().floatValue())
                .withSeed(request.seed());
        var decoding = new Decoding(sampling, request.maxTokens(), request.stop());
        var phases = new Phases();
        if (!served.usesAdapter()) {
            return reply(served, null, engine.answer(prompts, decoding, cancellation), phases);
        }
        var supplied = adapters.of(blend, engine, phases);
        var adapter = supplied.known().adapter();
        phases.time(Phase.APPLY, () -> engine.apply(adapter, request.scale().floatValue()));
        return reply(served, supplied, engine.answerAdapted(prompts, decoding, cancellation), phases);
    }

    private static List<int[]> prompts(GenerateRequest request, List<Example> examples, Task task, Engine engine) {
        var prompts = request.inputs().stream()
                .map(input -> engine.format()
                        .query(task.description(), examples, input)
                        .tokens())
                .toList();
        var violations = new Violations();
        for (var i = 0; i < prompts.size(); i++) {
            var tokens = prompts.get(i).length;
            violations.when(
                    tokens + request.maxTokens() > engine.contextTokens(),
                    "/inputs/" + i,
                    engine.contextTokens(),
                    tokens,
                    "makes a prompt of %d tokens; with an answer of up to %d this is more than the context of %d"
                            .formatted(tokens, request.maxTokens(), engine.contextTokens()));
        }
        violations.raise();
        return prompts;
    }

    private static GenerateReply reply(Mode served, Supplied supplied, Answers answers, Phases phases) {
        var fingerprintTokens = supplied == null ? 0 : supplied.fingerprintTokens();
        return new GenerateReply(
                answers.texts(),
                supplied == null ? null : served(supplied),
                new Selection(served, List.of()),
                new Usage(fingerprintTokens + answers.promptTokens(), answers.completionTokens()),
                phases.timing(answers.promptNanos(), answers.decodeNanos()));
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
