package dev.icmlora.engine.tune;

import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Reports a tuning, example by example.
///
/// @param outcome which weights the adapter has
/// @param steps that were taken
/// @param losses of each example, in the task's order
/// @param tokens of the examples of all steps, those whose step was not taken in the end too
/// @param time of all slices together
public record TuningReport(Outcome outcome, int steps, List<ExampleLoss> losses, int tokens, Duration time) {
    public TuningReport {
        losses = List.copyOf(losses);
    }

    public enum Outcome {
        /// Those of the last step.
        TUNED,
        /// Those from before: the loss grew, or was no number.
        DIVERGED
    }

    /// The cross entropy of an example's answer, by token.
    ///
    /// @param before it was trained on the first time; no number, as `after`, where the steps did not come to it
    /// @param after by the adapter that tuning gave
    public record ExampleLoss(double before, double after) {}

    public TuningSummary summary() {
        return new TuningSummary(outcome, steps, lossBefore(), lossAfter());
    }

    /// The mean over examples that the steps came to, each before it was trained on.
    public double lossBefore() {
        return mean(ExampleLoss::before);
    }

    /// The mean over the same examples afterwards.
    public double lossAfter() {
        return mean(ExampleLoss::after);
    }

    private double mean(ToDoubleFunction<ExampleLoss> loss) {
        return losses.stream()
                .filter(each -> !Double.isNaN(each.before))
                .mapToDouble(loss)
                .average()
                .orElse(Double.NaN);
    }
}
