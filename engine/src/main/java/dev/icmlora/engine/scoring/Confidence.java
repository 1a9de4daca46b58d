package dev.icmlora.engine.scoring;

/// The chance that an answer is exactly right, from what is known before it is given: a logistic curve over how the
/// served candidate did on the examples.
///
/// @param intercept log odds of a candidate that got no example right and gave none any probability
/// @param exact added log odds of one that got all right
/// @param probability added log odds of one that was sure of all answers
/// @param familiar chance for a known task without scores
/// @param unfamiliar chance for any other task without scores
public record Confidence(double intercept, double exact, double probability, double familiar, double unfamiliar) {
    /// Mean probability that the candidate gave the whole right answers.
    public static double probability(Score score) {
        return score.scores().stream()
                .mapToDouble(example -> Math.exp(-example.nats()))
                .average()
                .orElseThrow();
    }

    public double ofScore(Score score) {
        var logOdds = intercept + exact * score.exact() + probability * probability(score);
        return 1 / (1 + Math.exp(-logOdds));
    }

    double ofFamiliarity(boolean trusted) {
        return trusted ? familiar : unfamiliar;
    }
}
