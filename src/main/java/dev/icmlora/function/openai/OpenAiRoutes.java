package dev.icmlora.function.openai;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.BodyDiagnosis;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.UnknownModelException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.service.TextService;

/// What OpenAI's clients call, under `/v1`. Plain routes and no JAX-RS resource: one and the same method
/// answers with a body or a stream of events, as its request says.
@Singleton
final class OpenAiRoutes {

    private static final Pattern JSON = Pattern.compile("(?i)application/json *(;.*)?");

    private final TextService texts;
    private final Access access;
    private final ChatRequestReader chats;
    private final ChatForm chatForm;
    private final CompletionRequestReader completions;
    private final CompletionForm completionForm;
    private final Wire wire;
    private final Problems problems;
    private final ObjectMapper mapper;
    private final int mostTexts;
    private final long started = Instant.now().getEpochSecond();

    OpenAiRoutes(
            TextService texts,
            Access access,
            ChatRequestReader chats,
            ChatForm chatForm,
            CompletionRequestReader completions,
            CompletionForm completionForm,
            Wire wire,
            Problems problems,
            ObjectMapper mapper,
            FunctionConfig config) {
        this.texts = texts;
        this.access = access;
        this.chats = chats;
        this.chatForm = chatForm;
        this.completions = completions;
        this.completionForm = completionForm;
        this.wire = wire;
        this.problems = problems;
        this.mapper = mapper;
        this.mostTexts = config.limits().inputs();
    }

    void register(@Observes Router router) {
        route(router, HttpMethod.POST, "/v1/chat/completions", this::chat);
        route(router, HttpMethod.POST, "/v1/completions", this::complete);
        route(router, HttpMethod.POST, "/v1/embeddings", this::embed);
        route(router, HttpMethod.GET, "/v1/models", this::models);
        route(router, HttpMethod.GET, "/v1/models/:id", this::model);
        router.route("/v1/*").handler(this::nothingHere).failureHandler(this::fail);
    }

    private void route(Router router, HttpMethod method, String path, Consumer<RoutingContext> handler) {
        router.route(method, path).handler(handler::accept).failureHandler(this::fail);
        router.route(path).handler(context -> wrongMethod(method, context));
    }

    private void chat(RoutingContext context) {
        new Exchange(context, chats.read(body(context)), chatForm, wire).run(texts, access.tenant(context));
    }

    private void complete(RoutingContext context) {
        new Exchange(context, completions.read(body(context)), completionForm, wire).run(texts, access.tenant(context));
    }

    private void embed(RoutingContext context) {
        var request = EmbeddingRequest.read(body(context), mostTexts);
        var eventLoop = context.vertx().getOrCreateContext();
        var work = texts.embed(request.model(), request.texts())
                .subscribe()
                .with(
                        reply -> eventLoop.runOnContext(
                                done -> wire.reply(EmbeddingList.of(reply, request.base64()), context.response())),
                        failure -> eventLoop.runOnContext(done -> wire.fail(failure, context.response())));
        context.addEndHandler(end -> work.cancel());
    }

    private void models(RoutingContext context) {
        wire.reply(ModelList.of(texts.models(access.tenant(context)), started), context.response());
    }

    private void model(RoutingContext context) {
        var id = context.pathParam("id");
        var known = texts.models(access.tenant(context));
        if (!known.contains(id)) {
            throw new UnknownModelException(id, known);
        }
        wire.reply(ModelList.of(List.of(id), started).data().getFirst(), context.response());
    }

    private JsonNode body(RoutingContext context) {
        var contentType = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (contentType == null || !JSON.matcher(contentType).matches()) {
            throw new InvalidRequestException(new Violation(
                    "", "application/json", contentType, "Send the body with Content-Type: application/json"));
        }
        var buffer = context.body().buffer();
        var bytes = buffer == null ? new byte[0] : buffer.getBytes();
        try {
            var node = mapper.readTree(bytes);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (IOException e) {
            throw new InvalidRequestException(BodyDiagnosis.malformed(e));
        }
        throw new InvalidRequestException(new Violation("", "an object", null, "the body must be a JSON object"));
    }

    private void wrongMethod(HttpMethod right, RoutingContext context) {
        context.response().putHeader(HttpHeaders.ALLOW, right.name());
        wire.fail(Problems.of(405, "Use " + right), context.response());
    }

    private void nothingHere(RoutingContext context) {
        wire.fail(Problems.of(404, "There is nothing at " + context.normalizedPath()), context.response());
    }

    private void fail(RoutingContext context) {
        if (context.statusCode() == 413) {
            var sent = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
            wire.fail(problems.bodyTooLong(sent), context.response());
        } else if (Problems.isOurFailure(context)) {
            wire.fail(context.failure(), context.response());
        } else {
            wire.fail(Problems.of(context.statusCode(), ""), context.response());
        }
    }
}
