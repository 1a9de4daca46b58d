package dev.icmlora.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.RequestFields;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.Sampler.SamplingOptions;
import dev.icmlora.openai.TextRequest.Schema;

/// Reads the bodies of `POST /v1/chat/completions` and `POST /v1/completions`.
final class CompletionRequests {

    /// A developer is what OpenAI calls a system now.
    private static final List<String> ROLES = List.of("assistant", "developer", "system", "user");
    private static final List<String> FORMATS = List.of("text", "json_object", "json_schema");
    /// Where a chat has its schema.
    private static final String SCHEMA = "/response_format/json_schema/schema";

    private static final JsonNode ANY_OBJECT =
            JsonNodeFactory.instance.objectNode().put("type", "object");

    /// OpenAI's default of plain completions, unlike for chats.
    private static final int DEFAULT_MAX_TOKENS = 16;
    /// Penalties look at this many tokens back; OpenAI's look at the whole text.
    private static final int PENALTY_WINDOW = 1024;

    private static final int MAX_LOGPROBS = 20;
    /// Highest `n`.
    private static final int CHOICES = 8;
    /// Room for the index of a choice, which is added to the seed.
    private static final int SEEDS = 1 << 30;

    private final JsonBody json;
    private final int contextTokens;
    private final int prompts;

    CompletionRequests(FunctionConfig config, JsonBody json) {
        this.json = json;
        this.contextTokens = config.worker().contextTokens();
        this.prompts = config.limits().inputs();
    }

    /// A request for text, read and checked.
    ///
    /// @param stream send the text as it is written
    /// @param streamUsage end the stream with the tokens used
    record CompletionRequest(TextRequest text, boolean stream, boolean streamUsage) {}

    /// A chat.
    ///
    /// @throws RequestException naming every field that is wrong
    CompletionRequest chat(JsonNode body) {
        var fields = new RequestFields(body, "", new Violations());
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
        var top = fields.integer("top_logprobs", 0, MAX_LOGPROBS);
        fields.wrong(top.isPresent() && !logprobs, "top_logprobs", null, null, "needs /logprobs to be true");
        var maxTokens = maxTokens(fields, "max_completion_tokens", "max_tokens");
        var stops = stops(fields);
        var choices = choices(fields);
        var schema = schema(fields);
        var labels = labels(fields);
        labels.ifPresent(_ -> {
            fields.wrong(schema.isPresent(), "labels", null, null, "must not be given beside /response_format");
            TextRequest.besideLabels(choices, logprobs, stops, fields.violations());
        });
        return request(
                fields,
                (task, sampling, ignoresEnd) -> new TextRequest(
                        model,
                        task,
                        new TextRequest.Chat(messages),
                        choices,
                        sampling,
                        maxTokens,
                        stops,
                        logprobs ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty(),
                        ignoresEnd,
                        schema,
                        labels));
    }

    /// Texts to go on from.
    ///
    /// @throws RequestException naming every field that is wrong
    CompletionRequest plain(JsonNode body) {
        var fields = new RequestFields(body, "", new Violations());
        fields.refuse("suffix", "echo", "logit_bias", "response_format", "labels");
        var choices = choices(fields);
        var best = fields.integer("best_of", 1, Integer.MAX_VALUE);
        fields.wrong(
                best.isPresent() && best.getAsInt() != choices,
                "best_of",
                choices,
                best.orElse(0),
                "other than n is not supported");
        var model = fields.required("model");
        var texts = fields.texts("prompt");
        fields.wrong(texts.isEmpty(), "prompt", "a string or an array of strings", null, "must not be empty");
        fields.violations().count("/prompt", texts.size(), prompts);
        var topLogprobs = fields.integer("logprobs", 0, MAX_LOGPROBS);
        var maxTokens = maxTokens(fields, "max_tokens").orElse(DEFAULT_MAX_TOKENS);
        var stops = stops(fields);
        return request(
                fields,
                (task, sampling, ignoresEnd) -> new TextRequest(
                        model,
                        task,
                        new TextRequest.Plain(texts),
                        choices,
                        sampling,
                        OptionalInt.of(maxTokens),
                        stops,
                        topLogprobs,
                        ignoresEnd,
                        Optional.empty(),
                        Optional.empty()));
    }

    /// The text that a request wants, where nothing is wrong with it.
    private interface Text {
        TextRequest of(Optional<TaskBody> task, SamplingOptions sampling, boolean ignoresEnd);
    }

    /// Reads the other fields that both have.
    private CompletionRequest request(RequestFields fields, Text text) {
        var task = task(fields);
        var ignoresEnd = fields.flag("ignore_eos");
        var stream = fields.flag("stream");
        var usage = fields.object("stream_options")
                .filter(options -> options.flag("include_usage"))
                .isPresent();
        return new CompletionRequest(text.of(task, sampling(fields), ignoresEnd), stream, usage);
    }

    /// The last fields of a request.
    ///
    /// @throws RequestException if any of its fields is wrong
    private static SamplingOptions sampling(RequestFields fields) {
        var temperature = fields.number("temperature", 1, 0, RequestRules.TEMPERATURE);
        var topK = fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(0);
        var topP = fields.number("top_p", 1, 0, 1);
        var minP = fields.number("min_p", 0, 0, 1);
        var repeat = fields.number("repeat_penalty", 1, 0.1, 10);
        var frequency = fields.number("frequency_penalty", 0, -2, 2);
        var presence = fields.number("presence_penalty", 0, -2, 2);
        var seed = seed(fields);
        fields.violations().raise();
        var penalised = repeat != 1 || frequency != 0 || presence != 0;
        return SamplingOptions.GREEDY
                .withTemperature((float) temperature)
                .withTopK(Math.max(0, topK))
                .withTopP((float) topP)
                .withMinP((float) minP)
                .withPenalties((float) repeat, (float) frequency, (float) presence, penalised ? PENALTY_WINDOW : 0)
                .withSeed(seed);
    }

    /// OpenAI's seeds are any 64-bit integers, the sampler's are not.
    private static int seed(RequestFields fields) {
        var node = fields.find("seed");
        if (node.isEmpty()) {
            return ThreadLocalRandom.current().nextInt(SEEDS);
        }
        var fits = node.get().isIntegralNumber() && node.get().canConvertToLong();
        fields.wrong(!fits, "seed", "a 64-bit integer", Violation.shown(node.get()), "must be an integer of 64 bits");
        return Long.hashCode(node.get().longValue()) & (SEEDS - 1);
    }

    private static int choices(RequestFields fields) {
        return fields.integer("n", 1, CHOICES).orElse(1);
    }

    private static List<String> stops(RequestFields fields) {
        var stops = fields.texts("stop");
        fields.violations().count(fields.pointer("stop"), stops.size(), RequestRules.STOPS);
        stops.stream()
                .limit(RequestRules.STOPS)
                .forEach(stop -> fields.violations().text(fields.pointer("stop"), stop, RequestRules.STOP_CHARACTERS));
        return stops;
    }

    /// The first of these fields that is there.
    private OptionalInt maxTokens(RequestFields fields, String... names) {
        for (var name : names) {
            var tokens = fields.integer(name, 1, contextTokens - 1);
            if (tokens.isPresent()) {
                return tokens;
            }
        }
        return OptionalInt.empty();
    }

    /// The extension: a task to generate an adapter for.
    private Optional<TaskBody> task(RequestFields fields) {
        if (fields.object("task").isEmpty()) {
            return Optional.empty();
        }
        try {
            return fields.find("task").map(node -> json.part(node, "/task", TaskBody.class));
        } catch (RequestException e) {
            e.problem().errors().forEach(fields.violations()::add);
            return Optional.empty();
        }
    }

    /// The extension: texts of which the answer is to be one.
    private static Optional<List<String>> labels(RequestFields fields) {
        var node = fields.find("labels");
        if (node.isPresent() && !node.get().isArray()) {
            fields.wrong(true, "labels", "an array", Violation.shown(node.get()), "must be an array of strings");
            return Optional.empty();
        }
        var labels = node.map(_ -> fields.texts("labels"));
        labels.ifPresent(texts -> RequestRules.checkLabels(texts, fields.violations()));
        return labels;
    }

    private static List<ChatMessage> messages(RequestFields fields) {
        var messages = new ArrayList<ChatMessage>();
        if (fields.find("messages")
                .filter(node -> node.isArray() && !node.isEmpty())
                .isEmpty()) {
            fields.wrong(true, "messages", "an array", null, "must be an array with at least one message");
            return messages;
        }
        fields.objects("messages", message -> {
            message.refuse("tool_calls", "function_call", "audio");
            var role = message.oneOf("role", ROLES);
            messages.add(new ChatMessage(role.equals("developer") ? "system" : role, content(message)));
        });
        return messages;
    }

    /// A text, or parts that are texts.
    private static String content(RequestFields message) {
        var content = message.find("content");
        message.wrong(content.isEmpty(), "content", "a string", null, "is missing");
        if (content.filter(JsonNode::isArray).isEmpty()) {
            return message.text("content");
        }
        var parts = new StringBuilder();
        message.objects("content", part -> {
            if (part.oneOf("type", List.of("text")).equals("text")) {
                parts.append(part.required("text"));
            }
        });
        return parts.toString();
    }

    private static Optional<Schema> schema(RequestFields fields) {
        var format = fields.object("response_format");
        var type = format.map(of -> of.oneOf("type", FORMATS)).orElse("");
        return switch (type) {
            case "json_object" -> Optional.of(new Schema(ANY_OBJECT, "/response_format"));
            case "json_schema" -> {
                var schema = format.flatMap(of -> of.object("json_schema")).flatMap(of -> of.find("schema"));
                format.get().wrong(schema.isEmpty(), "json_schema", "an object", null, "must hold a schema");
                yield schema.map(node -> new Schema(node, SCHEMA));
            }
            default -> Optional.empty();
        };
    }
}
