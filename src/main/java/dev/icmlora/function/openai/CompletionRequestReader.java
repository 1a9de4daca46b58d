package dev.icmlora.function.openai;

import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.service.TextRequest;

/// Reads the body of `POST /v1/completions`.
final class CompletionRequestReader {

    /// OpenAI's default here, unlike for chats.
    private static final int DEFAULT_MAX_TOKENS = 16;

    private final SamplingFields common;
    private final int prompts;

    CompletionRequestReader(SamplingFields common, FunctionConfig config) {
        this.common = common;
        this.prompts = config.limits().inputs();
    }

    /// @throws dev.icmlora.function.error.RequestException naming every field that is wrong
    CompletionRequest read(JsonNode body) {
        var violations = new Violations();
        var fields = new RequestFields(body, "", violations);
        fields.refuse("suffix", "echo", "logit_bias", "response_format", "labels");
        var choices = common.choices(fields);
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
        violations.count("/prompt", texts.size(), prompts);
        var topLogprobs = common.topLogprobs(fields, "logprobs");
        var maxTokens = common.maxTokens(fields, "max_tokens");
        var stops = common.stops(fields);
        var task = common.task(fields);
        var stream = fields.flag("stream");
        var ignoresEnd = common.ignoresEnd(fields);
        var usage = common.usage(fields);
        var sampling = common.sampling(fields, Optional.empty());
        return new CompletionRequest(
                new TextRequest(
                        model,
                        task,
                        new TextRequest.Plain(texts),
                        choices,
                        sampling,
                        OptionalInt.of(maxTokens.orElse(DEFAULT_MAX_TOKENS)),
                        stops,
                        topLogprobs,
                        ignoresEnd,
                        Optional.empty()),
                stream,
                usage);
    }
}
