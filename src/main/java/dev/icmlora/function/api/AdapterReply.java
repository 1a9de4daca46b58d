package dev.icmlora.function.api;

import com.fasterxml.jackson.annotation.JsonInclude;

import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Tuned;
import dev.icmlora.function.api.GenerateReply.Usage;

/// A generated adapter, described. `GET /adapters/{id}` downloads it.
///
/// @param id `sha256:` of the adapter's GGUF bytes
/// @param cached whether it was known before this request
/// @param bytes size of its GGUF form
/// @param baseModel what it belongs to
/// @param tuning what was done where the request asked for tuning; else absent
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AdapterReply(
        String id,
        boolean cached,
        int rank,
        float alpha,
        long bytes,
        String baseModel,
        Tuned tuning,
        Usage usage,
        Timing timingMs) {}
