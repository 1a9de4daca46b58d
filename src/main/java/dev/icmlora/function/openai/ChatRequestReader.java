package dev.icmlora.function.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.schema.SchemaGrammar;
import dev.icmlora.function.service.LabelRules;
import dev.icmlora.function.service.TextRequest;
import dev.icmlora.llama.ChatMessage;

/// Reads the body of `POST /v1/chat/completions`.
final class ChatRequestReader {

    private static final Map<String, String> ROLES =
            Map.of("system", "system", "developer", "system", "user", "user", "assistant", "assistant");
    private static final List<String> FORMATS = List.of("text", "json_object", "json_schema");

    private final SamplingFields common;

    ChatRequestReader(SamplingFields common) {
        this.common = common;
    }

    /// @throws dev.icmlora.function.error.RequestException naming every field that is wrong
    CompletionRequest read(JsonNode body) {
        var violations = new Violations();
        var fields = new RequestFields(body, "", violations);
        fields.refuse(
                "tools", "tool_choice", "functions", "function_call", "audio", "logit_bias", "web_search_options");
        var modalities = fields.texts("modalities");
        fields.wrong(
                !modalities.isEmpty() && !modalities.equals(List.of("text")),
                "modalities",
                List.of("text"),
                modalities.toString(),
                "must be text alone");
        var model = fields.required("model");
        var messages = messages(fields);
        var logprobs = fields.flag("logprobs");
        var top = common.topLogprobs(fields, "top_logprobs");
        fields.wrong(top.isPresent() && !logprobs, "top_logprobs", null, null, "needs /logprobs to be true");
        var maxTokens = common.maxTokens(fields, "max_completion_tokens", "max_tokens");
        var stops = common.stops(fields);
        var choices = common.choices(fields);
        var task = common.task(fields);
        var stream = fields.flag("stream");
        var ignoresEnd = common.ignoresEnd(fields);
        var usage = common.usage(fields);
        var grammar = grammar(fields);
        var labels = labels(fields);
        labels.ifPresent(_ -> {
            fields.wrong(grammar.isPresent(), "labels", null, null, "must not be given beside /response_format");
            LabelRules.beside(choices, logprobs, stops, violations);
        });
        var sampling = common.sampling(fields, grammar);
        var topLogprobs = logprobs ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
        return new CompletionRequest(
                new TextRequest(
                        model,
                        task,
                        new TextRequest.Chat(messages),
                        choices,
                        sampling,
                        maxTokens,
                        stops,
                        topLogprobs,
                        ignoresEnd,
                        labels),
                stream,
                usage);
    }

    /// The extension: texts of which the answer is to be one.
    private static Optional<List<String>> labels(RequestFields fields) {
        var node = fields.find("labels");
        if (node.isPresent() && !node.get().isArray()) {
            fields.wrong(true, "labels", "an array", Violation.shown(node.get()), "must be an array of strings");
            return Optional.empty();
        }
        var labels = node.map(_ -> fields.texts("labels"));
        labels.ifPresent(texts -> LabelRules.check(texts, fields.violations()));
        return labels;
    }

    private static List<ChatMessage> messages(RequestFields fields) {
        var messages = new ArrayList<ChatMessage>();
        var node = fields.find("messages");
        if (node.isEmpty() || !node.get().isArray() || node.get().isEmpty()) {
            fields.wrong(true, "messages", "an array", null, "must be an array with at least one message");
            return messages;
        }
        for (var i = 0; i < node.get().size(); i++) {
            message(node.get().get(i), "/messages/" + i, fields.violations()).ifPresent(messages::add);
        }
        return messages;
    }

    private static Optional<ChatMessage> message(JsonNode node, String at, Violations violations) {
        if (!node.isObject()) {
            violations.when(true, at, "an object", Violation.shown(node), "must be an object");
            return Optional.empty();
        }
        var fields = new RequestFields(node, at, violations);
        fields.refuse("tool_calls", "function_call", "audio");
        var role = fields.required("role");
        var known = ROLES.get(role);
        fields.wrong(
                known == null && !role.isEmpty(),
                "role",
                ROLES.keySet().stream().sorted().toList(),
                role,
                "'" + role + "' is not supported");
        return Optional.ofNullable(known).map(r -> new ChatMessage(r, content(fields)));
    }

    /// A text, or parts that are texts.
    private static String content(RequestFields message) {
        var content = message.find("content");
        if (content.isEmpty()) {
            message.wrong(true, "content", "a string", null, "is missing");
            return "";
        }
        if (!content.get().isArray()) {
            return message.text(content.get(), message.pointer("content"));
        }
        var parts = new ArrayList<String>();
        for (var i = 0; i < content.get().size(); i++) {
            var part =
                    new RequestFields(content.get().get(i), message.pointer("content") + "/" + i, message.violations());
            var type = part.required("type");
            part.wrong(
                    !type.isEmpty() && !type.equals("text"), "type", "text", type, "'" + type + "' is not supported");
            parts.add(type.equals("text") ? part.required("text") : "");
        }
        return parts.stream().collect(Collectors.joining());
    }

    private static Optional<String> grammar(RequestFields fields) {
        var format = fields.object("response_format");
        if (format.isEmpty()) {
            return Optional.empty();
        }
        var type = format.get().required("type");
        return switch (type) {
            case "json_object" -> Optional.of(SchemaGrammar.anyObject());
            case "json_schema" ->
                format.get()
                        .object("json_schema")
                        .flatMap(schema -> schema.find("schema"))
                        .map(schema -> SchemaGrammar.of(schema, SamplingFields.SCHEMA))
                        .or(() -> {
                            format.get().wrong(true, "json_schema", "an object", null, "must hold a schema");
                            return Optional.empty();
                        });
            default -> {
                format.get()
                        .wrong(
                                !FORMATS.contains(type) && !type.isEmpty(),
                                "type",
                                FORMATS,
                                type,
                                "'" + type + "' is not supported");
                yield Optional.empty();
            }
        };
    }
}
