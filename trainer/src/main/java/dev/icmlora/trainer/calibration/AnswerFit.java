package dev.icmlora.trainer.calibration;

import java.util.List;

import dev.icmlora.engine.selection.AnswerConfidence;

/// Fits how sure an answer is to answers that are known to be right or wrong.
public record AnswerFit(List<AnswerObservation> observations) {

    public AnswerFit {
        observations = List.copyOf(observations);
    }

    /// @throws IllegalStateException if there is nothing to fit it to
    AnswerConfidence fit() {
        if (observations.isEmpty()) {
            throw new IllegalStateException("no answer of a tuned task was observed");
        }
        LogisticFit fit = new LogisticFit();
        for (AnswerObservation observation : observations) {
            fit.add(
                    AnswerConfidence.seen(observation.probability(), observation.tokens(), observation.tuning()),
                    observation.right() ? 1 : 0);
        }
        double[] weights = fit.weights(3);
        return new AnswerConfidence(weights[0], weights[1], weights[2], weights[3]);
    }

    /// Share of right answers.
    double right() {
        return observations.stream()
                .mapToDouble(o -> o.right() ? 1 : 0)
                .average()
                .orElse(0);
    }
}
