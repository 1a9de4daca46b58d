package dev.icmlora.function.api;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Body of `POST /adapters/blend`.
///
/// @param adapters what to add up
/// @param task that the sum is for, which belongs in its prompts; default that of the adapters if they
/// have one and the same, none otherwise
@RegisterForReflection
@Schema(additionalProperties = Schema.False.class, examples = """
        {"adapters": [
        {"id": "sha256:0000000000000000000000000000000000000000000000000000000000000000", "weight": 0.5},
        {"id": "sha256:1111111111111111111111111111111111111111111111111111111111111111", "weight": 0.5}]}""")
public record SumRequest(
        @Schema(required = true, minItems = 1, maxItems = 16)
        List<Summand> adapters,

        @Schema(
                nullable = true,
                description = "What the sum is for; without it, the adapters' task where they all have the same")
        TaskBody task) {

    /// @param id of a known adapter
    /// @param weight its factor
    @Schema(additionalProperties = Schema.False.class)
    public record Summand(
            @Schema(required = true, pattern = AdapterDescription.ID)
            String id,

            @Schema(required = true, minimum = "-4", maximum = "4")
            Double weight) {}

    public SumRequest {
        adapters = adapters == null ? List.of() : adapters;
    }
}
