package dev.icmlora.openai;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.ErrorForm;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.EventStream;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.Route;
import dev.icmlora.openai.CompletionRequests.CompletionRequest;
import dev.icmlora.openai.ReplyForm.Head;
import dev.icmlora.openai.TextService.Listener;

/// The routes that OpenAI's clients call.
@Path("/v1")
public final class OpenAiResource {

    private final TextService texts;
    private final ClientConnection client;
    private final JsonBody json;
    private final Problems problems;
    private final Downloads downloads;
    private final ObjectMapper mapper;
    private final CompletionRequests requests;
    private final int mostTexts;
    private final long started = Instant.now().getEpochSecond();

    OpenAiResource(
            TextService texts,
            ClientConnection client,
            JsonBody json,
            Problems problems,
            Downloads downloads,
            ObjectMapper mapper,
            FunctionConfig config) {
        this.texts = texts;
        this.client = client;
        this.json = json;
        this.problems = problems;
        this.downloads = downloads;
        this.mapper = mapper;
        this.requests = new CompletionRequests(config, json);
        this.mostTexts = config.limits().inputs();
    }

    @Produces
    @Singleton
    static Route texts() {
        return Route.of("/v1/(chat/completions|completions|embeddings)", HttpMethod.POST);
    }

    @Produces
    @Singleton
    static Route models() {
        return Route.of("/v1/models(/[^/]+)?", HttpMethod.GET);
    }

    /// All that is below `/v1` is for OpenAI's clients, or for such as know a form of errors of their own.
    @Produces
    @Singleton
    static ErrorForm errors() {
        return new ErrorForm("/v1/", 400, OpenAiError::of);
    }

    /// Reply of `GET /v1/models`.
    @RegisterForReflection
    record ModelList(String object, List<Model> data) {

        /// @param created when this instance started, seconds since 1970
        record Model(String id, String object, long created, String ownedBy) {}

        static ModelList of(List<String> ids, long created) {
            return new ModelList(
                    "list",
                    ids.stream()
                            .map(id -> new Model(id, "model", created, "icm-lora"))
                            .toList());
        }
    }

    @POST
    @Path("/chat/completions")
    @RunOnVirtualThread
    public Response chat(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return reply(context, caller, requests.chat(json.object(context)), new ChatForm());
    }

    @POST
    @Path("/completions")
    @RunOnVirtualThread
    public Response complete(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return reply(context, caller, requests.plain(json.object(context)), new CompletionForm());
    }

    @POST
    @Path("/embeddings")
    @RunOnVirtualThread
    public Response embed(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var request = EmbeddingRequest.read(json.object(context), mostTexts);
        downloads.requireRoom(context);
        var reply = client.whileOpen(() -> texts.embed(caller, request.model(), request.texts()));
        return downloads.computed(context, EmbeddingList.of(reply, request.base64()));
    }

    @GET
    @Path("/models")
    @RunOnVirtualThread
    public Response models(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(ModelList.of(texts.models(caller.tenant()), started));
    }

    @GET
    @Path("/models/{id}")
    @Blocking
    public Response model(@PathParam("id") String id) {
        var caller = client.require(Role.CALL);
        texts.requireModel(caller.tenant(), id);
        return ok(ModelList.of(List.of(id), started).data().getFirst());
    }

    /// Whole, or as server-sent events: one and the same method has both, as its request says. So a stream is a
    /// body that is written while it comes, and no reactive type: JAX-RS would want to know the kind of a reply
    /// beforehand.
    private Response reply(RoutingContext context, Caller caller, CompletionRequest request, ReplyForm form) {
        var head = Head.of(form);
        if (!request.stream()) {
            var reply = client.whileOpen(() -> texts.write(caller, request.text(), Listener.NONE));
            return downloads.computed(context, head.whole(reply));
        }
        var events = new EventStream(mapper);
        var stream = new TextStream(request, head, events);
        return events.reply(
                client.answer(() -> texts.write(caller, request.text(), stream)),
                stream::end,
                failure -> OpenAiError.of(problems.of(failure)));
    }

    /// JSON whatever the client accepts: some ask for nothing that there is, and are content.
    private static Response ok(Object reply) {
        return Response.ok(reply, MediaType.APPLICATION_JSON_TYPE).build();
    }
}
