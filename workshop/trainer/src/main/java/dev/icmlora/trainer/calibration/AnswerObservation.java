package dev.icmlora.trainer.calibration;

import java.io.Serializable;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.auto.ReviewedAnswer.Opinion;
import dev.icmlora.engine.tune.Tuning;

/// One answer of a tuned task, and whether it is the right one.
///
/// @param seen what the curve is over
public record AnswerObservation(double[] seen, boolean right) implements Serializable {

    /// @param tuning what tuning saw of the task
    static AnswerObservation of(ReviewedAnswer reviewed, Tuning.Summary tuning, boolean right) {
        var opinion = reviewed.opinion();
        return new AnswerObservation(
                Calibration.seen(reviewed.answer(), tuning, opinion == Opinion.AGREES, opinion.differs()), right);
    }
}
