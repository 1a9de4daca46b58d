package dev.icmlora.function.api;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Makes a version of a function one that runs beside the version that serves, and is compared with it. A field that is
/// absent or null has its default.
///
/// @param every of how many requests one is answered by this version too; default 1, which is each
/// @param keep how many of the inputs whose answers differ are kept, the newest of them; default 0
@RegisterForReflection
@Schema(additionalProperties = Schema.False.class)
public record Shadow(
        @Schema(
                nullable = true,
                minimum = "1",
                maximum = "10000",
                defaultValue = "1",
                description = "Of how many requests one is answered by this version too")
        Integer every,

        @Schema(
                nullable = true,
                minimum = "0",
                maximum = "20",
                defaultValue = "0",
                description = "How many inputs whose answers differ are kept")
        Integer keep) {

    public Shadow {
        every = every == null ? 1 : every;
        keep = keep == null ? 0 : keep;
    }
}
