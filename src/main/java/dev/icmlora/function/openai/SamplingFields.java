package dev.icmlora.function.openai;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.schema.SchemaGrammar;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.llama.SamplingOptions;

/// Reads the fields that chats and plain completions have in common.
final class SamplingFields {

    /// Where a chat has its schema.
    static final String SCHEMA = "/response_format/json_schema/schema";

    /// Penalties look at this many tokens back; OpenAI's look at the whole text.
    private static final int PENALTY_WINDOW = 1024;

    private static final int MAX_LOGPROBS = 20;
    /// Highest `n`.
    private static final int CHOICES = 8;
    /// Room for the index of a choice, which is added to the seed.
    private static final int SEEDS = 1 << 30;

    private final FunctionConfig config;
    private final JsonBody json;

    SamplingFields(FunctionConfig config, JsonBody json) {
        this.config = config;
        this.json = json;
    }

    SamplingOptions sampling(RequestFields fields, Optional<String> grammar) {
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
        var sampling = SamplingOptions.GREEDY
                .withTemperature((float) temperature)
                .withTopK(Math.max(0, topK))
                .withTopP((float) topP)
                .withMinP((float) minP)
                .withPenalties((float) repeat, (float) frequency, (float) presence, penalised ? PENALTY_WINDOW : 0)
                .withSeed(seed);
        return grammar.map(text -> SchemaGrammar.keep(sampling, text, SCHEMA)).orElse(sampling);
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

    int choices(RequestFields fields) {
        return fields.integer("n", 1, CHOICES).orElse(1);
    }

    List<String> stops(RequestFields fields) {
        var stops = fields.texts("stop");
        fields.violations().count(fields.pointer("stop"), stops.size(), RequestRules.STOPS);
        stops.stream()
                .limit(RequestRules.STOPS)
                .forEach(stop -> fields.violations().text(fields.pointer("stop"), stop, RequestRules.STOP_CHARACTERS));
        return stops;
    }

    /// The first of these fields that is there.
    OptionalInt maxTokens(RequestFields fields, String... names) {
        for (var name : names) {
            var tokens = fields.integer(name, 1, config.worker().contextTokens() - 1);
            if (tokens.isPresent()) {
                return tokens;
            }
        }
        return OptionalInt.empty();
    }

    OptionalInt topLogprobs(RequestFields fields, String name) {
        return fields.integer(name, 0, MAX_LOGPROBS);
    }

    /// The extension: a task to generate an adapter for.
    Optional<TaskBody> task(RequestFields fields) {
        if (fields.object("task").isEmpty()) {
            return Optional.empty();
        }
        var node = fields.find("task").orElseThrow();
        try {
            return Optional.of(mapper.treeToValue(node, TaskBody.class));
        } catch (JsonProcessingException e) {
            fields.violations().add(diagnosis.of(node, "/task", TaskBody.class));
            return Optional.empty();
        }
    }

    /// The extension: whether a text goes on where the model would end it.
    boolean ignoresEnd(RequestFields fields) {
        return fields.flag("ignore_eos");
    }

    boolean usage(RequestFields fields) {
        return fields.object("stream_options")
                .map(options -> options.flag("include_usage"))
                .orElse(false);
    }
}
