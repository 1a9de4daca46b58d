package dev.icmlora.engine.tune;

import java.time.Duration;
import java.util.List;

/// What tuning did.
///
/// @param outcome which weights the adapter has
/// @param steps that were taken
/// @param losses of each example, in the task's order
/// @param time of all slices together
public record TuningReport(Outcome outcome, int steps, List<ExampleLoss> losses, Duration time) {
    public TuningReport {
        losses = List.copyOf(losses);
    }

    public enum Outcome {
        /// Those of the last step.
        TUNED,
        /// Those of an earlier step, after which the examples that were held back got worse.
        STOPPED_EARLY,
        /// Those from before: the loss grew, or was no number.
        DIVERGED
    }

    /// The cross entropy of an example's answer, by token.
    ///
    /// @param before it was trained on the first time
    /// @param after by the adapter that tuning gave
    /// @param heldOut whether it was not trained on
    public record ExampleLoss(double before, double after, boolean heldOut) {}

    /// The mean over examples, each before it was trained on.
    public double lossBefore() {
        return losses.stream().mapToDouble(ExampleLoss::before).average().orElse(Double.NaN);
    }

    /// The mean over examples afterwards.
    public double lossAfter() {
        return losses.stream().mapToDouble(ExampleLoss::after).average().orElse(Double.NaN);
    }
}
