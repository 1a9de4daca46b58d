package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;

/// Body of `POST /generate`. A field that is absent or null has its default.
///
/// @param task what to do; either this or `adapter`
/// @param adapter id of a known adapter (`sha256:...`), which brings the task it was generated for
/// @param inputs the texts to answer, each on its own
/// @param mode how to serve; default [Mode#AUTO]
/// @param maxTokens most tokens of one answer; default 64
/// @param temperature 0 (default) takes the likeliest token, more samples
/// @param seed of the sampling; default 0
/// @param scale of the adapter; default 1
/// @param strength of the residual dB in a generated adapter B0 + strength x dB, which tuning begins with; 0 is B0
/// itself; default 1
/// @param stop an answer ends before the first of these strings; default none
/// @param labels texts of which each answer is to be one; in place of a schema
/// @param schema a JSON schema that each answer is to follow; in place of labels
/// @param answer that each answer is to be a piece of its input; in place of labels and schema
/// @param confidence whether to say how sure each answer is; default false
/// @param abstainBelow an answer that is less sure than this is null, a number or `{"risk": 0.05}`; default none
/// @param tune how [Mode#TUNED] and [Mode#AUTO] tune; default [Tune#DEFAULT]
public record GenerateRequest(
        TaskBody task,
        String adapter,
        List<String> inputs,
        Mode mode,
        Integer maxTokens,
        Double temperature,
        Integer seed,
        Double scale,
        Double strength,
        List<String> stop,
        List<String> labels,
        JsonNode schema,
        AnswerKind answer,
        Boolean confidence,
        JsonNode abstainBelow,
        Tune tune) {

    /// A kind of answer, beside labels and JSON by a schema.
    public enum AnswerKind {
        /// A piece of the input, word for word.
        @JsonProperty("span")
        SPAN
    }

    public GenerateRequest {
        inputs = inputs == null ? List.of() : inputs;
        mode = mode == null ? Mode.AUTO : mode;
        maxTokens = maxTokens == null ? 64 : maxTokens;
        temperature = temperature == null ? 0 : temperature;
        seed = seed == null ? 0 : seed;
        scale = scale == null ? 1 : scale;
        strength = strength == null ? 1 : strength;
        stop = stop == null ? List.of() : stop;
        schema = schema == null || schema.isNull() ? null : schema;
        abstainBelow = abstainBelow == null || abstainBelow.isNull() ? null : abstainBelow;
        confidence = confidence != null && confidence;
    }

    /// Whether the reply is to say how sure each answer is.
    public boolean wantsConfidence() {
        return confidence || abstainBelow != null;
    }

    /// The request with other inputs.
    public GenerateRequest withInputs(List<String> others) {
        return new GenerateRequest(
                task,
                adapter,
                others,
                mode,
                maxTokens,
                temperature,
                seed,
                scale,
                strength,
                stop,
                labels,
                schema,
                answer,
                confidence,
                abstainBelow,
                tune);
    }

    /// The request with what a function says in place of its name. What the function leaves open is the request's.
    public GenerateRequest with(FunctionDefinition function) {
        return new GenerateRequest(
                function.task(),
                adapter,
                inputs,
                mode,
                maxTokens,
                temperature,
                seed,
                scale,
                strength,
                stop,
                function.labels() == null ? labels : function.labels(),
                function.schema() == null ? schema : function.schema(),
                function.answer() == null ? answer : function.answer(),
                confidence,
                abstainBelow,
                function.tune() == null || !mode.tunes() ? tune : function.tune());
    }
}
