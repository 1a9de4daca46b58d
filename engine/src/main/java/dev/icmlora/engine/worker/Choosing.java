package dev.icmlora.engine.worker;

import java.util.List;

/// Asks for the likeliest of some labels, all of which are scored after the prompt.
///
/// @param weights added to the labels' log-probabilities, up to a constant; one for each label in their order, or
/// none
/// @param listener is told each answer once, as a whole
/// @param salt see [Wanted]
public record Choosing(Labels labels, List<Double> weights, AnswerListener listener, String salt) implements Wanted {

    public Choosing {
        weights = List.copyOf(weights);
    }

    /// All labels are as likely as the model says.
    public Choosing(Labels labels, AnswerListener listener, String salt) {
        this(labels, List.of(), listener, salt);
    }

    /// The same with other weights.
    public Choosing weighed(List<Double> other) {
        return new Choosing(labels, other, listener, salt);
    }

    /// @param logprobs of the labels in their order
    double[] weighed(double[] logprobs) {
        var weighed = logprobs.clone();
        for (var label = 0; label < weights.size(); label++) {
            weighed[label] += weights.get(label);
        }
        return weighed;
    }

    @Override
    public boolean isGreedy() {
        return true;
    }

    @Override
    public boolean tellsLogprobs() {
        return false;
    }

    @Override
    public Choosing unheard() {
        return new Choosing(labels, weights, AnswerListener.NONE, salt);
    }

    @Override
    public int mostTokens() {
        return labels.mostTokens();
    }
}
