package dev.icmlora.adapters;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// An adapter that a client brought or mixed. `GET /adapters/{id}` downloads it.
///
/// @param id `sha256:` of the adapter's GGUF bytes
/// @param cached whether it was known before this request
/// @param bytes size of its GGUF form
/// @param baseModel what it belongs to
@RegisterForReflection
public record AdapterDescription(String id, boolean cached, int rank, float alpha, long bytes, String baseModel) {}
