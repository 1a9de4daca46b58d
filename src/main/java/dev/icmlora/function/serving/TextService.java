package dev.icmlora.function.serving;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.UnknownModelException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.serving.AdapterSource.Supplied;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.function.trace.Traces;

/// Text, embeddings and the list of models for clients that bring prompts of their own. [Service] is the
/// one for tasks with inputs.
@Singleton
public final class TextService {

    private final RequestRules rules;
    private final AdapterSource adapters;
    private final Scheduler scheduler;
    private final RequestMeter meter;
    private final int defaultMaxTokens;

    TextService(
            RequestRules rules,
            AdapterSource adapters,
            Scheduler scheduler,
            RequestMeter meter,
            FunctionConfig config) {
        this.rules = rules;
        this.adapters = adapters;
        this.scheduler = scheduler;
        this.meter = meter;
        this.defaultMaxTokens = config.openai().maxTokens();
    }

    /// The base model's name, then the ids of the adapters that a tenant knows.
    public List<String> models(Tenant tenant) {
        var models = new ArrayList<String>();
        models.add(scheduler.modelName());
        models.addAll(adapters.ids(tenant));
        return models;
    }

    /// Writes texts.
    ///
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<TextReply> write(Tenant tenant, TextRequest request, TextListener listener) {
        return meter.measure("text", () -> checkedWrite(tenant, request, listener), TextService::counted);
    }

    private Uni<TextReply> checkedWrite(Tenant tenant, TextRequest request, TextListener listener) {
        request.task().ifPresent(task -> rules.check(new AdapterRequest(task)));
        requireModelName(tenant, request.model());
        return scheduler.submit(queue(tenant, request), (engine, cancellation) -> {
            var phases = new Phases();
            // Here, and not before: a file may have to be read.
            var named = named(tenant, request.model());
            var supplied = request.task()
                    .map(task -> adapters.of(new AdapterKey(tenant, Service.task(task), 1), engine, phases, cancellation))
                    .or(() -> named.map(known -> new Supplied(known, true, 0)));
            return write(tenant, request, supplied, listener, engine, phases, cancellation);
        });
    }

    /// Requests of one adapter, or of the base model, wait in line.
    private static Object queue(Tenant tenant, TextRequest request) {
        return request.task()
                .<Object>map(task -> new AdapterKey(tenant, Service.task(task), 1))
                .orElse(request.model());
    }

    /// Embeds texts with the base model.
    ///
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<EmbeddingReply> embed(String model, List<String> texts) {
        return meter.measure("embed", () -> checkedEmbed(model, texts), TextService::counted);
    }

    private Uni<EmbeddingReply> checkedEmbed(String model, List<String> texts) {
        if (!model.equals(scheduler.modelName())) {
            throw new UnknownModelException(model, List.of(scheduler.modelName()));
        }
        return scheduler.submit(model, (engine, cancellation) -> {
            var prompts = texts.stream().map(engine.chatFormat()::tokens).toList();
            requireFit("/input", prompts, 0, engine);
            var vectors = Traces.span(
                    "embed",
                    () -> prompts.stream()
                            .map(prompt -> engine.embed(prompt, cancellation))
                            .toList());
            var tokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
            return new EmbeddingReply(model, vectors, tokens);
        });
    }

    private static Served counted(TextReply reply) {
        return new Served(
                reply.adapter(),
                reply.cached(),
                Optional.of(reply.adapter().isPresent() ? "adapter" : "plain"),
                reply.usage(),
                reply.timing());
    }

    private static Served counted(EmbeddingReply reply) {
        return new Served(
                Optional.empty(), false, Optional.empty(), new Usage(reply.promptTokens(), 0), new Phases().timing());
    }

    private void requireModelName(Tenant tenant, String model) {
        if (!model.equals(scheduler.modelName()) && !RequestRules.isAdapterId(model)) {
            throw new UnknownModelException(model, models(tenant));
        }
    }

    private Optional<KnownAdapter> named(Tenant tenant, String model) {
        if (model.equals(scheduler.modelName())) {
            return Optional.empty();
        }
        return Optional.of(
                adapters.find(tenant, model).orElseThrow(() -> new UnknownModelException(model, models(tenant))));
    }

    private TextReply write(
            Tenant tenant,
            TextRequest request,
            Optional<Supplied> supplied,
            TextListener listener,
            Engine engine,
            Phases phases,
            Cancellation cancellation) {
        // B0 is equal for all tasks, so its id brings none of their descriptions.
        var description = supplied.map(s -> s.known().blend())
                .filter(blend -> !blend.isShared())
                .map(blend -> blend.task().description())
                .orElse("");
        var prompts = prompts(request.prompt(), description, engine);
        var maxTokens = request.maxTokens().orElseGet(() -> defaultMaxTokens(prompts, engine));
        requireFit(request.prompt() instanceof TextPrompt.Chat ? "/messages" : "/prompt", prompts, maxTokens, engine);
        var repeated = prompts.stream()
                .flatMap(prompt -> Collections.nCopies(request.choices(), prompt).stream())
                .toList();
        var decoding = new Decoding(
                request.sampling(),
                maxTokens,
                request.stops(),
                request.topLogprobs(),
                request.ignoresEnd(),
                listener::wrote,
                tenant.id());
        var adapter = supplied.map(s -> s.known().adapter());
        var model = adapter.map(a -> a.id()).orElse(scheduler.modelName());
        listener.begins(model);
        var answers = engine.answer(adapter.map(a -> new ScaledAdapter(a, 1)), repeated, decoding, cancellation);
        var usage = new Usage(
                supplied.map(Supplied::fingerprintTokens).orElse(0) + answers.promptTokens(),
                answers.completionTokens());
        return new TextReply(
                model,
                adapter.map(a -> a.id()),
                supplied.map(Supplied::cached).orElse(false),
                answers.answers(),
                usage,
                phases.timing(answers));
    }

    private static List<int[]> prompts(TextPrompt prompt, String description, Engine engine) {
        Function<String, int[]> plain = engine.chatFormat()::tokens;
        return switch (prompt) {
            case TextPrompt.Chat chat -> List.of(engine.chatFormat().tokens(description, chat.messages()));
            case TextPrompt.Plain texts -> texts.texts().stream().map(plain).toList();
        };
    }

    private int defaultMaxTokens(List<int[]> prompts, Engine engine) {
        var longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        return Math.clamp(engine.contextTokens() - longest, 1, defaultMaxTokens);
    }

    private static void requireFit(String field, List<int[]> prompts, int maxTokens, Engine engine) {
        var violations = new Violations();
        for (var prompt : prompts) {
            violations.when(
                    prompt.length == 0,
                    field,
                    1,
                    0,
                    "has no tokens: the model's vocabulary has none for any of its characters");
            violations.when(
                    prompt.length + maxTokens > engine.contextTokens(),
                    field,
                    engine.contextTokens(),
                    prompt.length,
                    "has %d tokens; with an answer of up to %d this is more than the context of %d"
                            .formatted(prompt.length, maxTokens, engine.contextTokens()));
        }
        violations.raise();
    }
}
