package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What a function does: body of `PUT /functions/{name}`. Its fields mean what they do in a request that names no
/// function.
///
/// @param task what to do
/// @param labels texts of which each answer is to be one; in place of a schema
/// @param schema a JSON schema that each answer is to follow; in place of labels
/// @param tune how the task is tuned
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(additionalProperties = Schema.False.class)
public record FunctionDefinition(
        @Schema(required = true) TaskBody task,

        @Schema(nullable = true, minItems = 2, maxItems = 256, description = "Each answer is one of these")
        List<@Size(min = 1, max = 200) String> labels,

        @Schema(
                nullable = true,
                implementation = Object.class,
                description = "A JSON schema; what is known of JSON Schema is as in response_format of chats")
        JsonNode schema,

        @Schema(nullable = true, description = "How the modes tuned and auto tune")
        Tune tune) {

    public FunctionDefinition {
        schema = schema == null || schema.isNull() ? null : schema;
    }
}
