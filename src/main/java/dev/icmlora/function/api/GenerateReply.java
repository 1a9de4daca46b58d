package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;

/// Reply of `POST /generate`.
///
/// @param outputs one answer per input, in the order of the inputs
/// @param adapter the adapter that served; absent where the base model served alone
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerateReply(
        List<String> outputs, ServedAdapter adapter, Selection selection, Usage usage, Timing timingMs) {

    /// @param id `sha256:` of the adapter's GGUF bytes
    /// @param cached whether it was known before this request
    /// @param bytes size of its GGUF form
    public record ServedAdapter(String id, boolean cached, int rank, long bytes) {}
}
