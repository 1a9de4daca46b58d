package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Answer.PromptStates;

/// Asks for the likeliest of some labels, all of which are scored after the prompt.
///
/// @param weights added to the labels' log-probabilities, up to a constant; one for each label in their order, or
/// none
/// @param statesFrom give the hidden states of each prompt too, with their mean from this token on; [#NO_STATES] for
/// none
/// @param listener is told each answer once, as a whole
/// @param salt see [Wanted]
public record Choosing(Labels labels, List<Double> weights, int statesFrom, AnswerListener listener, String salt)
        implements Wanted {

    public Choosing {
        weights = List.copyOf(weights);
    }

    /// All labels are as likely as the model says.
    public Choosing(Labels labels, AnswerListener listener, String salt) {
        this(labels, List.of(), NO_STATES, listener, salt);
    }

    /// The same with other weights.
    public Choosing weighed(List<Double> other) {
        return new Choosing(labels, other, statesFrom, listener, salt);
    }

    /// The same with the hidden states of each prompt.
    ///
    /// @param token from which on their mean is taken
    public Choosing withStates(int token) {
        return new Choosing(labels, weights, token, listener, salt);
    }

    boolean hasStates() {
        return statesFrom != NO_STATES;
    }

    /// @param logprobs of the labels in their order
    double[] weighed(double[] logprobs) {
        var weighed = logprobs.clone();
        for (var label = 0; label < weights.size(); label++) {
            weighed[label] += weights.get(label);
        }
        return weighed;
    }

    /// The answer that the labels' log-probabilities make.
    ///
    /// @param logprobs in the labels' order, up to a constant
    public Answer answer(double[] logprobs, Optional<PromptStates> states) {
        var chosen = likeliest(logprobs);
        var sum = Arrays.stream(logprobs)
                .map(logprob -> Math.exp(logprob - logprobs[chosen]))
                .sum();
        var probabilities = new LinkedHashMap<String, Double>();
        for (var label = 0; label < logprobs.length; label++) {
            probabilities.put(labels.text(label), Math.exp(logprobs[label] - logprobs[chosen]) / sum);
        }
        return new Answer(
                labels.text(chosen),
                Finish.STOP,
                labels.length(chosen),
                List.of(),
                OptionalDouble.of(probabilities.get(labels.text(chosen))),
                Collections.unmodifiableMap(probabilities),
                states);
    }

    static int likeliest(double[] logprobs) {
        return IntStream.range(0, logprobs.length)
                .reduce((a, b) -> logprobs[b] > logprobs[a] ? b : a)
                .orElseThrow();
    }

    @Override
    public Choosing unheard() {
        return new Choosing(labels, weights, statesFrom, AnswerListener.NONE, salt);
    }

    @Override
    public int mostTokens() {
        return labels.mostTokens();
    }
}
