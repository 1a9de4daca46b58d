package dev.icmlora.engine.selection;

import dev.icmlora.engine.tune.TuningSummary;

/// The chance that the label which a tuned adapter finds likeliest is right: a logistic curve over its share of all
/// labels, their number, and what tuning saw.
///
/// It was fitted to the labels of prompts without examples.
///
/// @param intercept log odds where all else adds nothing
/// @param share added for each unit of the log odds of the label's share
/// @param number added for each unit of the logarithm of the number of labels
/// @param after added where every token of the examples' answers was certain after the last step
public record LabelConfidence(double intercept, double share, double number, double after) {

    /// @param share of the label, 1 for all labels together
    /// @param labels to choose from
    public double of(double share, int labels, TuningSummary tuning) {
        double[] seen = seen(share, labels, tuning);
        double logOdds = intercept + this.share * seen[0] + number * seen[1] + after * seen[2];
        return 1 / (1 + Math.exp(-logOdds));
    }

    /// What the curve is over, in the order of its numbers, the intercept left out.
    public static double[] seen(double share, int labels, TuningSummary tuning) {
        return new double[] {AnswerConfidence.logOdds(share), Math.log(labels), Confidence.certainty(tuning.lossAfter())
        };
    }
}
