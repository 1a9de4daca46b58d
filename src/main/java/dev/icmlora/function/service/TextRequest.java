package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import dev.icmlora.function.api.TaskBody;
import dev.icmlora.llama.SamplingOptions;

/// Text that is wanted from the model, with an adapter or without. The one that makes it has checked it.
///
/// @param model name of the base model, or a known adapter's id
/// @param task what to generate an adapter for, in place of a known one
/// @param choices texts for each prompt; all of them have the sampling's seed plus their index
/// @param maxTokens most tokens of one text; empty for the default, or less where the context ends
/// @param stops a text ends before the first of these
/// @param topLogprobs see [Decoding]
/// @param ignoresEnd whether a text goes on where the model would end it
/// @param labels texts of which the answer is to be one; what is said of sampling does not count then
public record TextRequest(
        String model,
        Optional<TaskBody> task,
        TextPrompt prompt,
        int choices,
        SamplingOptions sampling,
        OptionalInt maxTokens,
        List<String> stops,
        OptionalInt topLogprobs,
        boolean ignoresEnd,
        Optional<List<String>> labels) {

    /// The request with another task.
    TextRequest with(Optional<TaskBody> other) {
        return new TextRequest(
                model, other, prompt, choices, sampling, maxTokens, stops, topLogprobs, ignoresEnd, labels);
    }
}
