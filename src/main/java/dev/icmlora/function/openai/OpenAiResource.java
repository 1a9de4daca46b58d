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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.Downloads;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.service.TextService;

/// What OpenAI's clients call.
@Path("/v1")
@Tag(name = "openai")
@APIResponse(responseCode = "401", ref = "OpenAiError")
@APIResponse(responseCode = "403", ref = "OpenAiError")
@APIResponse(responseCode = "429", ref = "OpenAiError")
@APIResponse(responseCode = "503", ref = "OpenAiError")
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
    @Operation(operationId = "createChatCompletion", summary = "Continue a chat", description = """
            The chat is rendered in the model's own template. With an adapter, its task's description is put before \
            the first user message, unless the chat has a system message; so a chat of one message is answered as \
            /generate answers it in mode adapter. A function as model is served as in mode auto, and the reply's model \
            says which version answered.""")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(ref = "ChatRequest"),
                            examples = {
                                @ExampleObject(name = "chat", value = """
                    {"model": "SmolLM2-135M-Instruct.Q8_0", "messages": [{"role": "user",
                    "content": "Say hello."}],
                    "temperature": 0, "max_tokens": 8}"""),
                                @ExampleObject(
                                        name = "task",
                                        summary = "Generate an adapter in the request",
                                        value = """
                    {"model": "SmolLM2-135M-Instruct.Q8_0", "messages": [{"role": "user", "content": "church"}],
                    "temperature": 0, "max_tokens": 8, "task": {"description": "Write the plural of the word.",
                    "examples": [{"input": "cat", "output": "cats"}]}}"""),
                                @ExampleObject(name = "schema", summary = "JSON that follows a schema", value = """
                    {"model": "SmolLM2-135M-Instruct.Q8_0", "messages": [{"role": "user",
                    "content": "Describe a red car."}],
                    "max_tokens": 40, "response_format": {"type": "json_schema", "json_schema": {"name": "car",
                    "schema": {"type": "object", "properties": {"colour": {"enum": ["red", "green"]}},
                    "required": ["colour"], "additionalProperties": false}}}}""")
                            }))
    @APIResponse(
            responseCode = "200",
            description = "The whole reply, or with stream its pieces as server-sent events",
            content = {
                @Content(mediaType = "application/json", schema = @Schema(implementation = ChatForm.Completion.class)),
                @Content(
                        mediaType = "text/event-stream",
                        schema = @Schema(ref = "Event", description = "chat.completion.chunk objects, then [DONE]"))
            })
    @APIResponse(responseCode = "400", ref = "OpenAiError")
    @APIResponse(responseCode = "404", ref = "OpenAiError")
    @APIResponse(responseCode = "413", ref = "OpenAiError")
    @APIResponse(responseCode = "504", ref = "OpenAiError")
    public Response chat(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return replies.to(caller, chats.read(json.object(context)), chatForm);
    }

    @POST
    @Path("/completions")
    @RunOnVirtualThread
    @Operation(operationId = "createCompletion", summary = "Continue texts as they are")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(ref = "CompletionRequest"),
                            examples = {@ExampleObject(name = "text", value = """
                    {"model": "SmolLM2-135M-Instruct.Q8_0", "prompt": "The capital of France is",
                    "temperature": 0, "max_tokens": 4}""")}))
    @APIResponse(
            responseCode = "200",
            description = "The whole reply, or with stream its pieces as server-sent events",
            content = {
                @Content(
                        mediaType = "application/json",
                        schema = @Schema(implementation = CompletionForm.Completion.class)),
                @Content(
                        mediaType = "text/event-stream",
                        schema = @Schema(ref = "Event", description = "text_completion objects, then [DONE]"))
            })
    @APIResponse(responseCode = "400", ref = "OpenAiError")
    @APIResponse(responseCode = "404", ref = "OpenAiError")
    @APIResponse(responseCode = "413", ref = "OpenAiError")
    @APIResponse(responseCode = "504", ref = "OpenAiError")
    public Response complete(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        return replies.to(caller, completions.read(json.object(context)), completionForm);
    }

    @POST
    @Path("/embeddings")
    @RunOnVirtualThread
    @Operation(operationId = "createEmbedding", summary = "Embed texts", description = """
            The mean of the base model's hidden states over the text, within the model where task vectors are taken, \
            scaled to length 1.""")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(ref = "EmbeddingRequest"),
                            examples = {@ExampleObject(name = "two", value = """
                    {"model": "SmolLM2-135M-Instruct.Q8_0", "input": ["The cat sleeps.", "Stock prices fell."]}""")}))
    @APIResponse(
            responseCode = "200",
            description = "One embedding for each text",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = EmbeddingList.class)))
    @APIResponse(responseCode = "400", ref = "OpenAiError")
    @APIResponse(responseCode = "404", ref = "OpenAiError")
    @APIResponse(responseCode = "413", ref = "OpenAiError")
    @APIResponse(responseCode = "504", ref = "OpenAiError")
    public Response embed(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        var request = EmbeddingRequest.read(json.object(context), mostTexts);
        var reply = client.whileOpen(texts.embed(caller, request.model(), request.texts()))
                .await()
                .indefinitely();
        downloads.take(context);
        return downloads.json(EmbeddingList.of(reply, request.base64()));
    }

    @GET
    @Path("/models")
    @RunOnVirtualThread
    @Operation(
            operationId = "listModels",
            summary = "The base model, the caller's functions and the adapters that the caller knows")
    @APIResponse(
            responseCode = "200",
            description = "The models",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = ModelList.class)))
    public Response models(@Context RoutingContext context) {
        var caller = client.require(Role.CALL);
        downloads.take(context);
        return downloads.json(ModelList.of(texts.models(caller.tenant()), started));
    }

    @GET
    @Path("/models/{id}")
    @Blocking
    @Operation(operationId = "retrieveModel", summary = "One model", description = """
            A function may be named with one of its versions.""")
    @APIResponse(
            responseCode = "200",
            description = "The model",
            content =
                    @Content(mediaType = "application/json", schema = @Schema(implementation = ModelList.Model.class)))
    @APIResponse(responseCode = "404", ref = "OpenAiError")
    public Response model(@PathParam("id") @Parameter(example = "SmolLM2-135M-Instruct.Q8_0") String id) {
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
