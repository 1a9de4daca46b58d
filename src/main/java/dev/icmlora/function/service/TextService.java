package dev.icmlora.function.service;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.adapters.OwnedId;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.UnknownModelException;
import dev.icmlora.function.error.Violations;

/// Text, embeddings and the list of models for clients that bring prompts of their own. [TaskService] is the
/// one for tasks with inputs.
@Singleton
public final class TextService {

    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final EngineHost engineHost;
    private final RequestMeter meter;
    private final int defaultMaxTokens;

    TextService(
            RequestRules rules,
            NamedFunctions functions,
            AdapterSource adapters,
            EngineHost engineHost,
            RequestMeter meter,
            FunctionConfig config) {
        this.rules = rules;
        this.functions = functions;
        this.adapters = adapters;
        this.engineHost = engineHost;
        this.meter = meter;
        this.defaultMaxTokens = config.openai().maxTokens();
    }

    /// The base model's name, then the ids of the adapters that a tenant knows.
    public List<String> models(Tenant tenant) {
        var models = new ArrayList<String>();
        models.add(engineHost.modelName());
        models.addAll(adapters.ids(tenant));
        return models;
    }

    /// Writes texts.
    ///
    /// @param account that pays for it: for what was told until then, if nobody waits for the end
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<TextReply> write(Tenant tenant, TokenAccount account, TextRequest request, TextListener listener) {
        return meter.measure("text", account, () -> {
            var told = new ToldTokens(meter.timed(listener));
            return checkedWrite(tenant, request, told)
                    .onFailure()
                    .invoke(() -> account.take(told.tokens()))
                    .onCancellation()
                    .invoke(() -> account.take(told.tokens()));
        });
    }

    private Uni<Metered<TextReply>> checkedWrite(Tenant tenant, TextRequest asked, ToldTokens listener) {
        asked.task().ifPresent(task -> rules.check(new AdapterRequest(task, null)));
        var request = asked.with(asked.task().map(task -> functions.task(tenant, task)));
        requireModelName(tenant, request.model());
        return engineHost.submit(queue(tenant, request), session -> {
            // Here, and not before: a file may have to be read.
            var named = named(tenant, request.model());
            var supplied = request.task()
                    .map(task -> adapters.of(new AdapterKey(tenant, task.toTask(), 1), session))
                    .or(() -> named.map(Supplied::of));
            return write(tenant, request, supplied, listener, session);
        });
    }

    /// Requests of one adapter, or of the base model, wait in line.
    private static Object queue(Tenant tenant, TextRequest request) {
        return request.task()
                .<Object>map(task -> new AdapterKey(tenant, task.toTask(), 1))
                .orElse(request.model());
    }

    /// Embeds texts with the base model.
    ///
    /// @param account that pays for it
    /// @throws dev.icmlora.function.error.RequestException at once or through the result
    public Uni<EmbeddingReply> embed(TokenAccount account, String model, List<String> texts) {
        return meter.measure("embed", account, () -> checkedEmbed(model, texts));
    }

    private Uni<Metered<EmbeddingReply>> checkedEmbed(String model, List<String> texts) {
        if (!model.equals(engineHost.modelName())) {
            throw new UnknownModelException(model, List.of(engineHost.modelName()));
        }
        return engineHost.submit(model, session -> {
            var prompts =
                    texts.stream().map(session.engine().chatFormat()::tokens).toList();
            requireFit("/input", prompts, 0, session);
            var vectors = session.embed(prompts);
            var tokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
            var served =
                    new Served(Optional.empty(), false, Optional.empty(), new Usage(tokens, 0), 0, session.phases());
            return new Metered<>(new EmbeddingReply(model, vectors, tokens), served);
        });
    }

    private void requireModelName(Tenant tenant, String model) {
        if (!model.equals(engineHost.modelName()) && !OwnedId.isId(model)) {
            throw new UnknownModelException(model, models(tenant));
        }
    }

    private Optional<KnownAdapter> named(Tenant tenant, String model) {
        if (model.equals(engineHost.modelName())) {
            return Optional.empty();
        }
        return Optional.of(
                adapters.find(tenant, model).orElseThrow(() -> new UnknownModelException(model, models(tenant))));
    }

    private Metered<TextReply> write(
            Tenant tenant,
            TextRequest request,
            Optional<Supplied> supplied,
            ToldTokens listener,
            EngineSession session) {
        // B0 is equal for all tasks, so its id brings none of their descriptions.
        var description = supplied.map(s -> s.known().key())
                .filter(key -> !key.isShared())
                .map(key -> key.task().description())
                .orElse("");
        var prompts = prompts(request.prompt(), description, session);
        var maxTokens = request.maxTokens().orElseGet(() -> defaultMaxTokens(prompts, session));
        var wanted = wanted(tenant, request, maxTokens, listener::wrote, session);
        requireFit(
                request.prompt() instanceof TextPrompt.Chat ? "/messages" : "/prompt",
                prompts,
                wanted.mostTokens(),
                session);
        var repeated = prompts.stream()
                .flatMap(prompt -> Collections.nCopies(request.choices(), prompt).stream())
                .toList();
        var adapter = supplied.map(s -> s.known().adapter());
        var model = adapter.map(a -> a.id()).orElse(engineHost.modelName());
        listener.begins(model, prompts);
        var answers = session.answer(adapter.map(a -> new ScaledAdapter(a, 1)), repeated, wanted);
        var usage = new Usage(
                supplied.map(Supplied::fingerprintTokens).orElse(0) + answers.promptTokens(),
                answers.completionTokens());
        var id = adapter.map(a -> a.id());
        var cached = supplied.map(Supplied::cached).orElse(false);
        var mode = Optional.of(id.isPresent() ? "adapter" : "plain");
        var phases = session.phases(answers);
        return new Metered<>(
                new TextReply(model, answers.answers(), usage, Timing.of(phases)),
                new Served(id, cached, mode, usage, 0, phases));
    }

    private static Wanted wanted(
            Tenant tenant, TextRequest request, int maxTokens, AnswerListener listener, EngineSession session) {
        return request.labels()
                .<Wanted>map(labels -> new Choosing(LabelTokens.of(labels, session.engine()), listener, tenant.id()))
                .orElseGet(() -> new Decoding(
                        request.sampling(),
                        maxTokens,
                        request.prompt() instanceof TextPrompt.Chat
                                ? session.engine().stops(request.stops())
                                : request.stops(),
                        request.topLogprobs(),
                        request.ignoresEnd(),
                        listener,
                        tenant.id()));
    }

    private static List<int[]> prompts(TextPrompt prompt, String description, EngineSession session) {
        Function<String, int[]> plain = session.engine().chatFormat()::tokens;
        return switch (prompt) {
            case TextPrompt.Chat chat -> List.of(session.engine().chatFormat().tokens(description, chat.messages()));
            case TextPrompt.Plain texts -> texts.texts().stream().map(plain).toList();
        };
    }

    private int defaultMaxTokens(List<int[]> prompts, EngineSession session) {
        var longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        return Math.clamp(session.engine().contextTokens() - longest, 1, defaultMaxTokens);
    }

    private static void requireFit(String field, List<int[]> prompts, int maxTokens, EngineSession session) {
        var violations = new Violations();
        for (var prompt : prompts) {
            violations.when(
                    prompt.length == 0,
                    field,
                    1,
                    0,
                    "has no tokens: the model's vocabulary has none for any of its characters");
            violations.when(
                    prompt.length + maxTokens > session.engine().contextTokens(),
                    field,
                    session.engine().contextTokens(),
                    prompt.length,
                    "has %d tokens; with an answer of up to %d this is more than the context of %d"
                            .formatted(
                                    prompt.length, maxTokens, session.engine().contextTokens()));
        }
        violations.raise();
    }
}
