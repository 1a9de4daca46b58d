package dev.icmlora.engine.selection;

import dev.icmlora.engine.tune.TuningSummary;

/// The chance that the label which a tuned adapter finds likeliest is right: a logistic curve over its share of all
/// labels, their number, and what tuning saw.
///
/// It was fitted to the labels of prompts without examples, alone and with second opinions.
///
/// @param intercept log odds where all else adds nothing
/// @param share added for each unit of the log odds of the label's share
/// @param number added for each unit of the logarithm of the number of labels
/// @param after added where every token of the examples' answers was certain after the last step
/// @param agreed added where a second opinion was the same answer
/// @param differed added where it was another one
public record LabelConfidence(
        double intercept, double share, double number, double after, double agreed, double differed) {

    /// @param share of the label, 1 for all labels together
    /// @param labels to choose from
    public double of(double share, int labels, TuningSummary tuning, Opinion opinion) {
        double[] seen = seen(share, labels, tuning, opinion);
        return Confidence.chance(intercept, new double[] {this.share, number, after, agreed, differed}, seen);
    }

    /// What the curve is over, in the order of its numbers, the intercept left out.
    public static double[] seen(double share, int labels, TuningSummary tuning, Opinion opinion) {
        return new double[] {
            AnswerConfidence.logOdds(share),
            Math.log(labels),
            Confidence.certainty(tuning.lossAfter()),
            opinion == Opinion.AGREES ? 1 : 0,
            opinion.differs() ? 1 : 0
        };
    }
}
