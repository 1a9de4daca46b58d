package dev.icmlora.function.api;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// An adapter that a client brought or mixed. `GET /adapters/{id}` downloads it.
///
/// @param id `sha256:` of the adapter's GGUF bytes
/// @param cached whether it was known before this request
/// @param bytes size of its GGUF form
/// @param baseModel what it belongs to
@RegisterForReflection
@Schema(requiredProperties = {"id", "cached", "rank", "alpha", "bytes", "base_model"})
public record AdapterDescription(
        String id,
        @Schema(description = "Whether it was known before") boolean cached,
        int rank,
        float alpha,
        long bytes,
        String baseModel) {

    /// What an id looks like.
    public static final String ID = "^sha256:[0-9a-f]{64}$";
}
