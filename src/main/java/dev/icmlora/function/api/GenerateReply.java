package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;

/// Reply of `POST /generate`.
///
/// @param function name and version of the function that the request named; absent where it named none
/// @param outputs one answer per input, in the order of the inputs; null where its detail has a reason for none
/// @param details one per input; absent unless labels, a schema or a confidence were asked for
/// @param adapter the adapter that served; absent where the base model served alone
/// @param tuning what tuning did; absent where nothing was tuned
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerateReply(
        String function,
        List<String> outputs,
        List<AnswerDetail> details,
        ServedAdapter adapter,
        Selection selection,
        Tuned tuning,
        Usage usage,
        Timing timingMs) {

    /// The reply that says which function answered.
    public GenerateReply by(FunctionName name) {
        return new GenerateReply(name.toString(), outputs, details, adapter, selection, tuning, usage, timingMs);
    }

    /// @param id `sha256:` of the adapter's GGUF bytes
    /// @param cached whether it was known before this request
    /// @param bytes size of its GGUF form
    public record ServedAdapter(String id, boolean cached, int rank, long bytes) {}
}
