package dev.icmlora.function.serving;

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
record Decoding(
        SamplingOptions sampling, int maxTokens, List<String> stops, OptionalInt topLogprobs, AnswerListener listener) {

    Decoding(SamplingOptions sampling, int maxTokens, List<String> stops) {
        this(sampling, maxTokens, stops, OptionalInt.empty(), AnswerListener.NONE);
    }
}
