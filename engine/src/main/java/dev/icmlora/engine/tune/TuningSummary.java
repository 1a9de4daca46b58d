package dev.icmlora.engine.tune;

import java.io.Serializable;

/// Sums a tuning up, over its examples.
///
/// @param outcome which weights the adapter has
/// @param steps that were taken
/// @param lossBefore mean over the examples that the steps came to, each before it was trained on; nats a token
/// @param lossAfter mean over the same examples afterwards
public record TuningSummary(Outcome outcome, int steps, double lossBefore, double lossAfter) implements Serializable {

    public enum Outcome {
        /// Those of the last step.
        TUNED,
        /// Those from before: the loss grew, or was no number.
        DIVERGED
    }
}
