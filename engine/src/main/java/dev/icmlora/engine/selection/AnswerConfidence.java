package dev.icmlora.engine.selection;

import dev.icmlora.engine.tune.TuningSummary;

/// The chance that one answer of a tuned adapter is exactly right: a logistic curve over the model's own probability of
/// it, its length, and what tuning saw.
///
/// It was fitted to the likeliest text for a prompt without examples, alone and with second opinions.
///
/// @param intercept log odds where all else adds nothing
/// @param probability added for each unit of the log odds of the answer's probability
/// @param length added for each unit of the logarithm of the number of tokens, the end counted: a long text has a small
/// probability, as right as it may be
/// @param after added where every token of the examples' answers was certain after the last step
/// @param agreed added where a second opinion was the same answer
/// @param differed added where it was another one
public record AnswerConfidence(
        double intercept, double probability, double length, double after, double agreed, double differed) {
    /// Beyond these odds the model is as good as certain.
    private static final double MOST_LOG_ODDS = 12;

    /// @param probability of the whole answer, as the model says it
    /// @param tokens of it, without its end
    public double of(double probability, int tokens, TuningSummary tuning, Opinion opinion) {
        double[] seen = seen(probability, tokens, tuning, opinion);
        return Confidence.chance(intercept, new double[] {this.probability, length, after, agreed, differed}, seen);
    }

    /// What the curve is over, in the order of its numbers, the intercept left out.
    public static double[] seen(double probability, int tokens, TuningSummary tuning, Opinion opinion) {
        return new double[] {
            logOdds(probability),
            Math.log1p(tokens),
            Confidence.certainty(tuning.lossAfter()),
            opinion == Opinion.AGREES ? 1 : 0,
            opinion.differs() ? 1 : 0
        };
    }

    /// Of a probability, as far as it can be told from none and from certainty.
    static double logOdds(double probability) {
        double logOdds = Math.log(probability) - Math.log1p(-Math.min(1, probability));
        return Math.clamp(logOdds, -MOST_LOG_ODDS, MOST_LOG_ODDS);
    }
}
