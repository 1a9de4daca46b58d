package dev.icmlora.langchain4j;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonSchema;

/// The body of `POST /v1/chat/completions`.
final class ChatBody {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ChatBody() {}

    /// @throws UnsupportedFeatureException naming what the function has not
    static ObjectNode of(ChatRequest request) {
        if (!request.toolSpecifications().isEmpty() || request.toolChoice() != null) {
            throw new UnsupportedFeatureException("An ICM-LoRA function knows no tools");
        }
        ObjectNode body = JSON.createObjectNode();
        body.put("model", request.modelName());
        body.set("messages", messages(request.messages()));
        body.put("temperature", request.temperature());
        body.put("top_p", request.topP());
        body.put("top_k", request.topK());
        body.put("frequency_penalty", request.frequencyPenalty());
        body.put("presence_penalty", request.presencePenalty());
        body.put("max_tokens", request.maxOutputTokens());
        if (!request.stopSequences().isEmpty()) {
            request.stopSequences().forEach(body.putArray("stop")::add);
        }
        if (request.responseFormat() != null && request.responseFormat().type() == ResponseFormatType.JSON) {
            body.set("response_format", json(request.responseFormat()));
        }
        return body;
    }

    /// @throws UnsupportedFeatureException naming what the function has not
    static ArrayNode messages(List<ChatMessage> messages) {
        ArrayNode written = JSON.createArrayNode();
        messages.forEach(message -> add(message, written.addObject()));
        return written;
    }

    private static void add(ChatMessage message, ObjectNode written) {
        if (message instanceof SystemMessage system) {
            written.put("role", "system").put("content", system.text());
        } else if (message instanceof UserMessage user) {
            written.put("role", "user").set("content", texts(user.contents()));
        } else if (message instanceof AiMessage ai && !ai.hasToolExecutionRequests()) {
            written.put("role", "assistant").put("content", ai.text());
        } else {
            throw new UnsupportedFeatureException(
                    "An ICM-LoRA function knows no tools, and so no message like " + message);
        }
    }

    /// @throws UnsupportedFeatureException naming what is no text
    static ArrayNode texts(List<Content> contents) {
        ArrayNode texts = JSON.createArrayNode();
        for (Content content : contents) {
            if (!(content instanceof TextContent text)) {
                throw new UnsupportedFeatureException("An ICM-LoRA function reads texts, and no " + content.type());
            }
            texts.addObject().put("type", "text").put("text", text.text());
        }
        return texts;
    }

    private static ObjectNode json(ResponseFormat format) {
        ObjectNode written = JSON.createObjectNode();
        JsonSchema schema = format.jsonSchema();
        if (schema == null) {
            return written.put("type", "json_object");
        }
        Map<String, Object> root = JsonSchemaElementUtils.toMap(schema.rootElement());
        written.put("type", "json_schema")
                .putObject("json_schema")
                .put("name", schema.name())
                .set("schema", JSON.valueToTree(root));
        return written;
    }
}
