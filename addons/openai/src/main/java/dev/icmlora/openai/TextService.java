package dev.icmlora.openai;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;

import jakarta.inject.Singleton;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.encode.TextEncoder;
import dev.icmlora.engine.task.Prompts;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.AnswerListener.Delta;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.AdapterKey;
import dev.icmlora.function.adapters.AdapterSource;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestMeter;
import dev.icmlora.function.service.RequestMeter.Metered;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.service.TaskServing;
import dev.icmlora.function.service.TaskServing.Query;
import dev.icmlora.generator.task.Task;
import dev.icmlora.openai.TextRequest.Chat;
import dev.icmlora.openai.TextRequest.Plain;

/// Text, embeddings and the list of models for clients that bring prompts of their own.
@Singleton
final class TextService {

    /// Most tokens of a text whose request sets no limit.
    private static final int DEFAULT_MAX_TOKENS = 512;
    /// Models that the refusal of an unknown one names.
    private static final int MODELS_NAMED = 5;

    private static final int LONGEST_MODEL = 100;

    private static final String USER = "user";

    private final RequestRules rules;
    private final NamedFunctions functions;
    private final AdapterSource adapters;
    private final TaskServing serving;
    private final EngineHost engineHost;
    private final RequestMeter meter;

    /// Texts that were written.
    ///
    /// @param model what wrote them: an adapter's id, a function's name with its version, or the base model's name
    /// @param answers the choices of the first prompt, then those of the next
    /// @param ids to correct them by; null where the model is no function, or the chat is more than an input
    record Reply(String model, List<Answer> answers, Usage usage, Timing timing, List<String> ids) {}

    /// What the ids of a reply are made of.
    private record Written(Asked asked, Reply reply) {}

    /// Embeddings, each of length 1.
    ///
    /// @param vectors one for each text
    /// @param promptTokens tokens that were read
    record Embeddings(String model, List<float[]> vectors, int promptTokens) {}

    /// Hears of texts while they are written. It is called on the worker's thread, which must not wait.
    interface Listener {
        /// Where the client wants the whole reply only.
        Listener NONE = new Listener() {};

        /// The prompts are about to be read.
        ///
        /// @param model what will write, as in [Reply]
        default void begins(String model) {}

        /// A text grew. The deltas of a text together are the text.
        ///
        /// @param choice its index in the reply
        default void wrote(int choice, Delta delta) {}
    }

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

    /// The names of the base model and the encoder, then those of a tenant's functions and the ids of the adapters that
    /// it knows.
    ///
    /// @throws dev.icmlora.function.storage.StorageException if the store of functions does not answer
    List<String> models(Tenant tenant) {
        // A function may have the base model's name, and is none of the models then.
        var models = new LinkedHashSet<String>();
        models.add(engineHost.modelName());
        engineHost.engine().encoder().map(TextEncoder::name).ifPresent(models::add);
        functions.list(tenant).functions().forEach(function -> models.add(function.name()));
        models.addAll(adapters.ids(tenant));
        return List.copyOf(models);
    }

    /// @throws RequestException if a tenant may not name this model: one of [#models], or a version of a function
    /// @throws dev.icmlora.function.storage.StorageException if the store of functions does not answer
    void requireModel(Tenant tenant, String model) {
        if (!model.equals(engineHost.modelName())
                && !(OwnedId.isId(model) && adapters.find(tenant, model).isPresent())
                && !functions.isKnown(tenant, model)) {
            throw unknown(model, models(tenant));
        }
    }

    /// @param known the models that there are
    private static RequestException unknown(String model, List<String> known) {
        var shown = model.length() > LONGEST_MODEL ? model.substring(0, LONGEST_MODEL) + "…" : model;
        var first = String.join(", ", known.subList(0, Math.min(MODELS_NAMED, known.size())));
        var named = first.isEmpty() ? "none" : first;
        var more =
                known.size() > MODELS_NAMED ? ", and %d more in /v1/models".formatted(known.size() - MODELS_NAMED) : "";
        return Kind.UNKNOWN_MODEL.because(
                "The model '%s' does not exist here. There is %s%s".formatted(shown, named, more));
    }

    /// Writes texts.
    ///
    /// @throws RequestException if there is no answer
    Reply write(Caller caller, TextRequest request, Listener listener) {
        var written = meter.measure("text", caller.account(), () -> {
            var firstToken = meter.firstToken();
            var asked = asked(caller, request);
            return engineHost.submit(caller.account(), turn -> write(asked, listener, firstToken, turn));
        });
        return withIds(caller.tenant(), written);
    }

    /// A chat of one message is what a function's examples are: an input and its output.
    private Reply withIds(Tenant tenant, Written written) {
        var reply = written.reply;
        var function = written.asked.function();
        if (function.isEmpty()
                || !(written.asked.request().prompt() instanceof Chat(var messages))
                || messages.size() > 1
                || !messages.getFirst().role().equals(USER)) {
            return reply;
        }
        var input = messages.getFirst().content();
        var answers = reply.answers().stream()
                .map(answer -> new Answered(input, answer.text(), confidence(answer)))
                .toList();
        var ids = functions.ids(tenant, function.get(), answers);
        return new Reply(reply.model, reply.answers, reply.usage, reply.timing, ids);
    }

    private static Double confidence(Answer answer) {
        return answer.probability().isPresent() ? answer.probability().getAsDouble() : null;
    }

    /// A request with the adapter or the task that its model stands for.
    ///
    /// @param function that it named as its model, with its version
    /// @param key of the adapter that writes, or of the task that is served
    private record Asked(Optional<FunctionName> function, TextRequest request, AdapterKey key, Mode mode, Tune tune) {}

    private Asked asked(Caller caller, TextRequest request) {
        var tenant = caller.tenant();
        var model = request.model();
        request.task().ifPresent(task -> rules.check(new AdapterRequest(task, null)));
        if (!model.equals(engineHost.modelName()) && !OwnedId.isId(model)) {
            var function = functions.find(tenant, model).orElseThrow(() -> unknown(model, models(tenant)));
            var definition = function.definition();
            requireOpen(request, definition);
            var key = new AdapterKey(tenant, definition.task().toTask(), 1);
            var tune = Optional.ofNullable(definition.tune()).orElse(Tune.DEFAULT);
            return new Asked(Optional.of(function.versioned()), request.with(definition), key, Mode.AUTO, tune);
        }
        if (request.task().isPresent()) {
            var violations = new Violations();
            violations.when(
                    OwnedId.isId(model),
                    "/task",
                    null,
                    null,
                    "must not be given beside /model, which names an adapter");
            violations.raise();
            var task = functions.task(tenant, request.task().get()).toTask();
            return unnamed(request, new AdapterKey(tenant, task, 1), Mode.ADAPTER);
        }
        if (model.equals(engineHost.modelName())) {
            return unnamed(request, new AdapterKey(tenant, Task.NONE, 0), Mode.PLAIN);
        }
        // A file may have to be read. Else a crowd would have all of its files read, and be refused then.
        engineHost.requireRoom(caller.account());
        var known = adapters.find(tenant, model).orElseThrow(() -> unknown(model, models(tenant)));
        return unnamed(request, known.key(), Mode.ADAPTER);
    }

    /// What a function says is not said a second time, otherwise.
    private static void requireOpen(TextRequest request, FunctionDefinition definition) {
        var violations = new Violations();
        var isFormed = definition.labels() != null || definition.schema() != null;
        violations.when(
                isFormed && request.prompt() instanceof Plain,
                "/model",
                null,
                request.model(),
                "is a function with labels or a schema, which only chats can follow");
        violations.when(
                definition.answer() != null,
                "/model",
                null,
                request.model(),
                "is a function of spans: ask it by POST /generate");
        NamedFunctions.beside(definition, request.task().orElse(null), "/task", violations);
        if (isFormed) {
            NamedFunctions.beside(definition, request.labels().orElse(null), "/labels", violations);
            NamedFunctions.beside(definition, request.schema().orElse(null), "/response_format", violations);
        }
        if (definition.labels() != null) {
            var logprobs = request.topLogprobs().isPresent();
            TextRequest.besideLabels(request.choices(), logprobs, request.stops(), violations);
        }
        violations.raise();
    }

    private static Asked unnamed(TextRequest request, AdapterKey key, Mode mode) {
        return new Asked(Optional.empty(), request, key, mode, Tune.DEFAULT);
    }

    private Metered<Written> write(Asked asked, Listener listener, Runnable firstToken, Turn turn) {
        var request = asked.request().withGrammar();
        // B0 is equal for all tasks, so its id brings none of their descriptions.
        var task = asked.key().isShared() ? Task.NONE : asked.key().task();
        AnswerListener told = (choice, delta) -> {
            firstToken.run();
            listener.wrote(choice, delta);
        };
        Function<IntSupplier, Wanted> wanted =
                longest -> wanted(asked.key().tenant(), request, longest, told, turn.engine());
        var prompts = switch (request.prompt()) {
            case Chat(var messages) -> Prompts.ofChat(task, messages, request.choices(), wanted, turn.session());
            case Plain(var texts) -> Prompts.ofTexts("prompt", texts, request.choices(), wanted, turn.session());
        };
        var weights = request.task().isPresent() ? "task" : "model";
        var as = serving.serve(new Query(asked.key(), asked.mode(), asked.tune(), 1, weights, prompts, turn));
        var model = asked.function().map(FunctionName::toString).or(as::id).orElse(engineHost.modelName());
        listener.begins(model);
        var answers = as.answer().stream().map(ReviewedAnswer::answer).toList();
        var spent = turn.session().spent();
        var usage = new Usage(spent.promptTokens(), spent.completionTokens());
        return as.metered(new Written(asked, new Reply(model, answers, usage, Timing.of(spent), null)));
    }

    private static Wanted wanted(
            Tenant tenant, TextRequest request, IntSupplier longest, AnswerListener told, Engine engine) {
        if (request.labels().isPresent()) {
            var labels = Labels.of(request.labels().get(), engine.format(), engine.contextTokens());
            return new Choosing(labels, told, tenant.id());
        }
        return new Decoding(
                request.sampling(),
                request.maxTokens()
                        .orElseGet(
                                () -> Math.clamp(engine.contextTokens() - longest.getAsInt(), 1, DEFAULT_MAX_TOKENS)),
                request.prompt() instanceof Chat ? engine.stops(request.stops()) : request.stops(),
                request.topLogprobs(),
                request.ignoresEnd(),
                told,
                tenant.id());
    }

    /// Embeds texts with the encoder.
    ///
    /// @throws RequestException if there is no answer
    Embeddings embed(Caller caller, String model, List<String> texts) {
        return meter.measure("embed", caller.account(), () -> {
            var encoder = engineHost.engine().encoder();
            var names = encoder.stream().map(TextEncoder::name).toList();
            if (!names.contains(model)) {
                throw unknown(model, names);
            }
            return engineHost.submit(caller.account(), turn -> {
                requireShort(texts, encoder.orElseThrow());
                var vectors = turn.session().encode(texts);
                var spent = turn.session().spent();
                return new Metered<>(new Embeddings(model, vectors, spent.promptTokens()), spent);
            });
        });
    }

    /// What the encoder would cut, and its client would take for the whole text.
    private static void requireShort(List<String> texts, TextEncoder encoder) {
        var violations = new Violations();
        for (var text : texts) {
            violations.when(
                    encoder.tokens(text) > encoder.longest(),
                    "/input",
                    encoder.longest(),
                    text.length(),
                    "has %d characters, and more than the %d tokens that %s reads of a text"
                            .formatted(text.length(), encoder.longest(), encoder.name()));
            violations.raise();
        }
    }
}
