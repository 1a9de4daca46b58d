package dev.icmlora.function.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Body of `POST /adapter`.
///
/// @param tune if given, the generated adapter is tuned on the task's examples
@Schema(additionalProperties = Schema.False.class)
public record AdapterRequest(
        @Schema(required = true) TaskBody task,
        @Schema(nullable = true) Tune tune) {

    /// The request with what a function says in place of its name.
    public AdapterRequest with(FunctionDefinition function) {
        return new AdapterRequest(function.task(), tune == null || function.tune() == null ? tune : function.tune());
    }
}
