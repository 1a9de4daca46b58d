package dev.icmlora.function.slot;

import java.util.List;
import java.util.OptionalInt;

import dev.icmlora.llama.SamplingOptions;

/// How answers are written, and who hears of it.
///
/// @param sampling how a token is chosen; input number `i` samples with seed `+ i`
/// @param maxTokens most tokens of one answer
/// @param stops an answer ends before the first of these
/// @param topLogprobs how many likeliest tokens to name beside each token's log-probability; empty for
/// neither
/// @param ignoresEnd whether a text goes on where the model would end it
public record Decoding(
        SamplingOptions sampling,
        int maxTokens,
        List<String> stops,
        OptionalInt topLogprobs,
        boolean ignoresEnd,
        AnswerListener listener) {

    public Decoding(SamplingOptions sampling, int maxTokens, List<String> stops) {
        this(sampling, maxTokens, stops, OptionalInt.empty(), false, AnswerListener.NONE);
    }
}
