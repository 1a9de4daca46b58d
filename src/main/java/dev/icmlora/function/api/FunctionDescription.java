package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;

/// A version of a function; see [FunctionDefinition].
///
/// @param version from 1 on
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FunctionDescription(
        String name,
        int version,
        TaskBody task,
        List<String> labels,
        JsonNode schema,
        AnswerKind answer,
        Tune tune,
        Improve improve) {

    /// Its definition, with this task.
    public FunctionDefinition with(TaskBody other) {
        return new FunctionDefinition(other, labels, schema, answer, tune, improve);
    }

    public static FunctionDescription of(String name, int version, FunctionDefinition definition) {
        return new FunctionDescription(
                name,
                version,
                definition.task(),
                definition.labels(),
                definition.schema(),
                definition.answer(),
                definition.tune(),
                definition.improve());
    }
}
