package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.api.GenerateRequest.AnswerKind;

/// A function: body of `PUT /functions/{name}`. Its fields mean what they do in a request that names no function.
///
/// @param task what to do
/// @param labels texts of which each answer is to be one; in place of a schema
/// @param schema a JSON schema that each answer is to follow; in place of labels
/// @param answer that each answer is to be a piece of its input; in place of labels and schema
/// @param tune how the task is tuned
/// @param improve when it learns from feedback by itself; null for never
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FunctionDefinition(
        TaskBody task, List<String> labels, JsonNode schema, AnswerKind answer, Tune tune, Improve improve) {

    /// When a function learns from feedback by itself.
    public enum Improve {
        /// After some new pieces of feedback.
        @JsonProperty("auto")
        AUTO
    }

    public FunctionDefinition {
        schema = schema == null || schema.isNull() ? null : schema;
    }

    /// The same with another task.
    public FunctionDefinition with(TaskBody other) {
        return new FunctionDefinition(other, labels, schema, answer, tune, improve);
    }
}
