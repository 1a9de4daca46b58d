package dev.icmlora.engine.selection;

import dev.icmlora.engine.tune.TuningSummary;

/// The chance that an answer of a tuned task is exactly right, from what tuning saw: a logistic curve over how likely
/// the examples' answers were before and after.
///
/// @param intercept log odds where no answer had any probability
/// @param before added log odds where every answer token was certain before the first step
/// @param after added log odds where every one was certain after the last
public record Confidence(double intercept, double before, double after) {

    public double of(TuningSummary tuning) {
        double[] seen = {certainty(tuning.lossBefore()), certainty(tuning.lossAfter())};
        return chance(intercept, new double[] {before, after}, seen);
    }

    /// A logistic curve.
    static double chance(double intercept, double[] weights, double[] seen) {
        double logOdds = intercept;
        for (int i = 0; i < weights.length; i++) {
            logOdds += weights[i] * seen[i];
        }
        return 1 / (1 + Math.exp(-logOdds));
    }

    /// Probability of an answer token, the geometric mean.
    ///
    /// @param loss nats a token
    public static double certainty(double loss) {
        return Math.exp(-loss);
    }
}
