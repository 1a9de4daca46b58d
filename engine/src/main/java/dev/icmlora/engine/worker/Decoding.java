package dev.icmlora.engine.worker;

import java.util.List;
import java.util.OptionalInt;

import dev.icmlora.llama.Sampler.SamplingOptions;

/// Asks for answers that are written token by token.
///
/// @param sampling how a token is chosen; input number `i` samples with seed `+ i`
/// @param maxTokens most tokens of one answer
/// @param stops an answer ends before the first of these
/// @param topLogprobs how many likeliest tokens to name beside each token's log-probability; empty for
/// neither
/// @param ignoresEnd whether a text goes on where the model would end it
/// @param salt see [Wanted]
public record Decoding(
        SamplingOptions sampling,
        int maxTokens,
        List<String> stops,
        OptionalInt topLogprobs,
        boolean ignoresEnd,
        AnswerListener listener,
        String salt)
        implements Wanted {

    public Decoding(SamplingOptions sampling, int maxTokens, List<String> stops) {
        this(sampling, maxTokens, stops, OptionalInt.empty(), false, AnswerListener.NONE);
    }

    public Decoding(
            SamplingOptions sampling,
            int maxTokens,
            List<String> stops,
            OptionalInt topLogprobs,
            boolean ignoresEnd,
            AnswerListener listener) {
        this(sampling, maxTokens, stops, topLogprobs, ignoresEnd, listener, "");
    }

    @Override
    public boolean isGreedy() {
        return sampling.temperature() == 0;
    }

    @Override
    public boolean tellsLogprobs() {
        return topLogprobs.isPresent();
    }

    @Override
    public Decoding unheard() {
        var scored = OptionalInt.of(topLogprobs.orElse(0));
        return new Decoding(sampling, maxTokens, stops, scored, ignoresEnd, AnswerListener.NONE, salt);
    }

    @Override
    public int mostTokens() {
        return maxTokens;
    }
}
