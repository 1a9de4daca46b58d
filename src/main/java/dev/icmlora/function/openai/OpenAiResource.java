package dev.icmlora.function.openai;

import java.time.Instant;
import java.util.List;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.service.TextService;

/// What OpenAI's clients call.
@Path("/v1")
public final class OpenAiResource {

    private final TextService texts;
    private final TextReplies replies;
    private final ChatRequestReader chats;
    private final ChatForm chatForm;
    private final CompletionRequestReader completions;
    private final CompletionForm completionForm;
    private final ClientConnection client;
    private final JsonBody json;
    private final Downloads downloads;
    private final int mostTexts;
    private final long started = Instant.now().getEpochSecond();

    OpenAiResource(
            TextService texts,
            TextReplies replies,
            ChatRequestReader chats,
            ChatForm chatForm,
            CompletionRequestReader completions,
            CompletionForm completionForm,
            ClientConnection client,
            JsonBody json,
            Downloads downloads,
            FunctionConfig config) {
        this.texts = texts;
        this.replies = replies;
        this.chats = chats;
        this.chatForm = chatForm;
        this.completions = completions;
        this.completionForm = completionForm;
        this.client = client;
        this.json = json;
        this.downloads = downloads;
        this.mostTexts = config.limits().inputs();
    }

    @POST
    @Path("/chat/completions")
    @RunOnVirtualThread
    public Response chat(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return replies.to(caller, chats.read(json.object(context)), chatForm);
    }

    @POST
    @Path("/completions")
    @RunOnVirtualThread
    public Response complete(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return replies.to(caller, completions.read(json.object(context)), completionForm);
    }

    @POST
    @Path("/embeddings")
    @RunOnVirtualThread
    public Response embed(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var request = EmbeddingRequest.read(json.object(context), mostTexts);
        var reply = client.whileOpen(() -> texts.embed(caller, request.model(), request.texts()));
        downloads.take(context);
        return downloads.json(EmbeddingList.of(reply, request.base64()));
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
        if (!texts.isModel(caller.tenant(), id)) {
            throw RequestException.unknownModel(id, texts.models(caller.tenant()));
        }
        return ok(ModelList.of(List.of(id), started).data().getFirst());
    }

    /// JSON whatever the client accepts: some ask for nothing that there is, and are content.
    private static Response ok(Object reply) {
        return Response.ok(reply, MediaType.APPLICATION_JSON_TYPE).build();
    }
}
