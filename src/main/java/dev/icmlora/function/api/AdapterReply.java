package dev.icmlora.function.api;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A generated adapter, described. `GET /adapters/{id}` downloads it.
///
/// @param id `sha256:` of the adapter's GGUF bytes
/// @param cached whether it was known before this request
/// @param bytes size of its GGUF form
/// @param baseModel what it belongs to
@Schema(requiredProperties = {"id", "cached", "rank", "alpha", "bytes", "base_model", "usage", "timing_ms"})
public record AdapterReply(
        String id, boolean cached, int rank, float alpha, long bytes, String baseModel, Usage usage, Timing timingMs) {}
