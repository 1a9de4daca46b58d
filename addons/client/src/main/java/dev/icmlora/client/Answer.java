package dev.icmlora.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// What the function said to one input.
///
/// @param value the answer; empty where there is none, and `reason` says why
/// @param confidence how sure the function is of it, 0 to 1: of a text or a label by a tuned adapter, the chance
/// that it is right. Else it is the model's own figure, so find a threshold on examples that you know: of a label,
/// its share among all labels; of other outputs the probability of the whole text, which is the lower the longer it is
/// @param probabilities of all labels, in their order, 1 together; empty unless outputs are an enum or a
/// boolean
/// @param reason why there is no value: it was less sure than [FunctionBuilder#abstainBelow] wants, or it was
/// not complete after [FunctionBuilder#maxTokens], or it is no `O`, such as a number that is too large, or the
/// input of a [Job] cannot be answered; empty where there is a value
/// @param id by which it can be corrected; empty where the function has no name, or keeps none
/// @param <O> type of the output
public record Answer<O>(
        Optional<O> value,
        OptionalDouble confidence,
        Map<O, Double> probabilities,
        Optional<String> reason,
        Optional<String> id) {

    public Answer {
        probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
    }

    /// The value.
    ///
    /// @throws AbstainedException if there is none
    public O orElseThrow() {
        return value.orElseThrow(() -> new AbstainedException(this));
    }
}
