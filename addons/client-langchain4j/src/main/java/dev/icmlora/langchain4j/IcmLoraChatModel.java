package dev.icmlora.langchain4j;

import java.util.List;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;

import dev.icmlora.client.IcmLoraClient;

/// A running function as a chat model: its base model, or one of its adapters.
///
/// It knows all of LangChain4j's parameters but tools, and keeps to a JSON schema where the response format has
/// one. Where something goes wrong it throws what LangChain4j has for that, such as `InvalidRequestException`.
public final class IcmLoraChatModel implements ChatModel {

    private final IcmLoraClient client;
    private final ChatRequestParameters parameters;
    private final List<ChatModelListener> listeners;

    private IcmLoraChatModel(
            IcmLoraClient client, ChatRequestParameters parameters, List<ChatModelListener> listeners) {
        this.client = client;
        this.parameters = parameters;
        this.listeners = List.copyOf(listeners);
    }

    /// A model by its name.
    ///
    /// @param modelName of the base model, such as `SmolLM2-135M-Instruct.Q8_0`, or the id of an adapter,
    /// `sha256:…`
    public static IcmLoraChatModel of(IcmLoraClient client, String modelName) {
        return of(client, ChatRequestParameters.builder().modelName(modelName).build());
    }

    /// A model with parameters for requests that have none of their own.
    ///
    /// @param parameters with a model's name at least
    public static IcmLoraChatModel of(IcmLoraClient client, ChatRequestParameters parameters) {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(parameters.modelName(), "modelName");
        return new IcmLoraChatModel(client, parameters, List.of());
    }

    /// The same, watched.
    public IcmLoraChatModel withListeners(List<ChatModelListener> others) {
        return new IcmLoraChatModel(client, parameters, others);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return parameters;
    }

    @Override
    public List<ChatModelListener> listeners() {
        return listeners;
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        JsonNode reply = Calls.post(client, "/v1/chat/completions", ChatBody.of(request));
        JsonNode choice = reply.path("choices").path(0);
        JsonNode usage = reply.path("usage");
        String text = choice.path("message").path("content").asText();
        return ChatResponse.builder()
                .aiMessage(AiMessage.builder().text(text).build())
                .id(reply.path("id").asText())
                .modelName(reply.path("model").asText())
                .tokenUsage(new TokenUsage(
                        usage.path("prompt_tokens").asInt(),
                        usage.path("completion_tokens").asInt(),
                        usage.path("total_tokens").asInt()))
                .finishReason(reason(choice.path("finish_reason").asText()))
                .build();
    }

    private static FinishReason reason(String name) {
        return switch (name) {
            case "stop" -> FinishReason.STOP;
            case "length" -> FinishReason.LENGTH;
            default -> FinishReason.OTHER;
        };
    }
}
