package dev.icmlora.trainer.calibration;

import dev.icmlora.engine.selection.AnswerConfidence;
import dev.icmlora.engine.selection.LabelConfidence;
import dev.icmlora.engine.selection.Opinion;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.engine.worker.Answer;

/// One answer of a tuned task, and whether it is the right one.
///
/// @param seen what the curve is over
public record AnswerObservation(double[] seen, boolean right) {

    /// @param tuning what tuning saw of the task
    /// @param opinion of the answer
    static AnswerObservation ofText(Answer answer, TuningSummary tuning, Opinion opinion, boolean right) {
        return new AnswerObservation(
                AnswerConfidence.seen(probability(answer), answer.tokens(), tuning, opinion), right);
    }

    /// @param tuning what tuning saw of the task
    /// @param opinion of the answer
    static AnswerObservation ofLabel(Answer answer, TuningSummary tuning, Opinion opinion, boolean right) {
        return new AnswerObservation(
                LabelConfidence.seen(probability(answer), answer.labels().size(), tuning, opinion), right);
    }

    private static double probability(Answer answer) {
        return answer.probability().orElseThrow();
    }
}
