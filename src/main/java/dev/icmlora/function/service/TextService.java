package dev.icmlora.function.service;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.access.TokenAccount;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.AdapterSource.Supplied;
import dev.icmlora.function.adapters.KnownAdapter;
import dev.icmlora.function.adapters.OwnedId;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Timing;
import dev.icmlora.function.api.Usage;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.NamedFunctions.NamedText;
import dev.icmlora.function.service.TaskServing.Serving;
import dev.icmlora.generator.task.Task;

/// Text, embeddings and the list of models for clients that bring prompts of their own. [TaskService] is the
/// one for tasks with inputs.
@Singleton
public final class TextService {

    /// Most tokens of a text whose request sets no limit.
    private static final int DEFAULT_MAX_TOKENS = 512;

    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final TaskServing serving;
    private final EngineHost engineHost;
    private final RequestMeter meter;

    TextService(
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

    /// The base model's name, then the names of a tenant's functions and the ids of the adapters that it knows.
    ///
    /// @throws dev.icmlora.function.storage.StorageException if the store of functions does not answer
    public List<String> models(Tenant tenant) {
        // A function may have the base model's name, and is none of the models then.
        var models = new LinkedHashSet<String>();
        models.add(engineHost.modelName());
        functions.list(tenant).functions().forEach(function -> models.add(function.name()));
        models.addAll(adapters.ids(tenant));
        return List.copyOf(models);
    }

    /// Whether a tenant may name this model: one of [#models], or a version of a function.
    ///
    /// @throws dev.icmlora.function.storage.StorageException if the store of functions does not answer
    public boolean isModel(Tenant tenant, String model) {
        return model.equals(engineHost.modelName())
                || OwnedId.isId(model) && adapters.find(tenant, model).isPresent()
                || functions.isKnown(tenant, model);
    }

    /// Writes texts.
    ///
    /// @throws RequestException if there is no answer
    public TextReply write(Caller caller, TextRequest request, TextListener listener) {
        return meter.measure("text", caller.account(), () -> checkedWrite(caller, request, meter.timed(listener)));
    }

    private Metered<TextReply> checkedWrite(Caller caller, TextRequest asked, TextListener listener) {
        asked.task().ifPresent(task -> rules.check(new AdapterRequest(task, null)));
        if (!asked.model().equals(engineHost.modelName()) && !OwnedId.isId(asked.model())) {
            var named = functions
                    .writing(caller.tenant(), asked)
                    .orElseThrow(() -> RequestException.unknownModel(asked.model(), models(caller.tenant())));
            var key = new AdapterKey(caller.tenant(), named.task(), 1);
            return engineHost.submit(caller.account(), turn -> write(named, key, caller.account(), listener, turn));
        }
        var violations = new Violations();
        violations.when(
                OwnedId.isId(asked.model()) && asked.task().isPresent(),
                "/task",
                null,
                null,
                "must not be given beside /model, which names an adapter");
        violations.raise();
        var request = asked.with(asked.task().map(task -> functions.task(caller.tenant(), task)));
        return engineHost.submit(caller.account(), turn -> {
            // Here, and not before: a file may have to be read.
            var named = named(caller.tenant(), request.model());
            var supplied = request.task()
                    .map(task -> adapters.of(new AdapterKey(caller.tenant(), task.toTask(), 1), turn))
                    .or(() -> named.map(Supplied::of));
            return write(caller.tenant(), request, supplied, listener, turn);
        });
    }

    /// Embeds texts with the base model.
    ///
    /// @throws RequestException if there is no answer
    public EmbeddingReply embed(Caller caller, String model, List<String> texts) {
        return meter.measure("embed", caller.account(), () -> checkedEmbed(caller.account(), model, texts));
    }

    private Metered<EmbeddingReply> checkedEmbed(TokenAccount account, String model, List<String> texts) {
        if (!model.equals(engineHost.modelName())) {
            throw RequestException.unknownModel(model, List.of(engineHost.modelName()));
        }
        return engineHost.submit(account, turn -> {
            var session = turn.session();
            var prompts = TextPrompts.of("/input", texts, session);
            TextPrompts.requireFit("/input", prompts, 0, session);
            var vectors = session.embed(prompts);
            var tokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
            var served = new Served(Optional.empty(), false, Optional.empty(), session.spent());
            return new Metered<>(new EmbeddingReply(model, vectors, tokens), served);
        });
    }

    private Optional<KnownAdapter> named(Tenant tenant, String model) {
        if (model.equals(engineHost.modelName())) {
            return Optional.empty();
        }
        return Optional.of(
                adapters.find(tenant, model).orElseThrow(() -> RequestException.unknownModel(model, models(tenant))));
    }

    /// By the base model, or with an adapter.
    private Metered<TextReply> write(
            Tenant tenant, TextRequest request, Optional<Supplied> supplied, TextListener listener, Turn turn) {
        // B0 is equal for all tasks, so its id brings none of their descriptions.
        var description = supplied.map(s -> s.known().key())
                .filter(key -> !key.isShared())
                .map(key -> key.task().description())
                .orElse("");
        var session = turn.session();
        var prompts = new TextPrompts(request.prompt(), session);
        var tokens = prompts.of(description);
        var wanted = wanted(tenant, request, tokens, listener, session);
        prompts.requireFit(tokens, wanted);
        var id = supplied.map(s -> s.known().adapter().id());
        var key = supplied.map(s -> s.known().key()).orElseGet(() -> new AdapterKey(tenant, Task.NONE, 0));
        var named = serving.named(id.isPresent() ? Mode.ADAPTER : Mode.PLAIN, key, supplied, null, turn);
        return write(
                request, id.orElse(engineHost.modelName()), named, tokens, Optional::empty, wanted, listener, turn);
    }

    /// As a function's task is served in mode auto.
    ///
    /// @param key of the task's generated adapter
    private Metered<TextReply> write(
            NamedText named, AdapterKey key, TokenAccount account, TextListener listener, Turn turn) {
        var session = turn.session();
        var request = named.request();
        var prompts = new TextPrompts(request.prompt(), session);
        var described = prompts.of(named.task().description());
        var wanted = wanted(key.tenant(), request, described, listener, session);
        // What does not even fit with the description alone is refused before anything is tuned.
        prompts.requireFit(described, wanted);
        var shown = prompts.withExamples(named.task(), wanted);
        var chosen = serving.auto(key, named.tune(), shown.isPresent(), account, turn);
        var tokens = chosen.served().showsExamples() ? shown.orElseThrow() : described;
        var few = session.engine().fingerprinted(named.task());
        return write(
                request,
                named.function().toString(),
                chosen,
                tokens,
                () -> prompts.withExamples(few, wanted),
                wanted,
                listener,
                turn);
    }

    /// @param model as the reply names it
    /// @param shown the prompts with the task's examples; empty if they do not fit, or there are none
    private Metered<TextReply> write(
            TextRequest request,
            String model,
            Serving as,
            List<int[]> prompts,
            Supplier<Optional<List<int[]>>> shown,
            Wanted wanted,
            TextListener listener,
            Turn turn) {
        listener.begins(model);
        var answers = as.answer(
                request.task().isPresent() ? "task" : "model",
                1,
                repeated(prompts, request),
                () -> shown.get().map(again -> repeated(again, request)),
                wanted);
        var spent = turn.session().spent();
        var served = new Served(
                as.adapter().map(supplied -> supplied.known().adapter().id()),
                as.adapter().map(Supplied::cached).orElse(false),
                Optional.of(as.served().name().toLowerCase(Locale.ROOT)),
                spent);
        var usage = new Usage(spent.promptTokens(), spent.completionTokens());
        var texts = answers.stream().map(ReviewedAnswer::answer).toList();
        return new Metered<>(new TextReply(model, texts, usage, Timing.of(spent.phases())), served);
    }

    private static List<int[]> repeated(List<int[]> prompts, TextRequest request) {
        return prompts.stream()
                .flatMap(prompt -> Collections.nCopies(request.choices(), prompt).stream())
                .toList();
    }

    private Wanted wanted(
            Tenant tenant, TextRequest request, List<int[]> prompts, TextListener listener, EngineSession session) {
        AnswerListener told = listener::wrote;
        if (request.labels().isPresent()) {
            return new Choosing(LabelTokens.of(request.labels().get(), session.engine()), told, tenant.id());
        }
        return new Decoding(
                request.sampling(),
                request.maxTokens().orElseGet(() -> defaultMaxTokens(prompts, session)),
                request.prompt() instanceof TextPrompt.Chat ? session.engine().stops(request.stops()) : request.stops(),
                request.topLogprobs(),
                request.ignoresEnd(),
                told,
                tenant.id());
    }

    private int defaultMaxTokens(List<int[]> prompts, EngineSession session) {
        var longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        return Math.clamp(session.engine().contextTokens() - longest, 1, DEFAULT_MAX_TOKENS);
    }
}
