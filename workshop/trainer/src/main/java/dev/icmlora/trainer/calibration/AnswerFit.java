package dev.icmlora.trainer.calibration;

import java.util.List;

import dev.icmlora.engine.Calibration.Curve;

/// Fits how sure an answer is to answers that are known to be right or wrong.
///
/// @param observations of texts, or of labels
public record AnswerFit(List<AnswerObservation> observations) {

    public AnswerFit {
        observations = List.copyOf(observations);
    }

    /// @throws IllegalStateException if there is nothing to fit it to
    Curve curve() {
        if (observations.isEmpty()) {
            throw new IllegalStateException("no answer of a tuned task was observed");
        }
        LogisticFit fit = new LogisticFit();
        observations.forEach(observation -> fit.add(observation.seen(), observation.right() ? 1 : 0));
        return new Curve(fit.weights(observations.getFirst().seen().length));
    }

    /// Share of right answers.
    double right() {
        return observations.stream()
                .mapToDouble(o -> o.right() ? 1 : 0)
                .average()
                .orElse(0);
    }
}
