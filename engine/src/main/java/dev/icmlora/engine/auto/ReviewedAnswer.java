package dev.icmlora.engine.auto;

import java.util.OptionalDouble;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;

/// An answer, and what a second opinion was of it. A tuned adapter has learned from the examples; a model that is
/// shown them answers other inputs right.
///
/// @param confidence chance that the answer is exactly right, where that was fitted to such answers: labels, or
/// whole texts that nothing but the model had a say in
public record ReviewedAnswer(Answer answer, Opinion opinion, OptionalDouble confidence) {
    /// From this probability on, a text needs no second opinion: asking for one made no more of them right.
    private static final double SURE_OF_TEXT = 0.6;
    /// The same of a label or a span, for which no lower one was tried.
    private static final double SURE = 0.9;

    /// What a second opinion was of an answer.
    public enum Opinion {
        /// None was asked for.
        NONE,
        /// The same answer.
        AGREES,
        /// Another answer, and one that was less sure: the first one counts.
        DISAGREES,
        /// Another answer, and a surer one: it counts.
        PREVAILS;

        /// Whether there are two different answers.
        public boolean differs() {
            return this == DISAGREES || this == PREVAILS;
        }
    }

    /// An answer without a second opinion.
    static ReviewedAnswer alone(Answer answer) {
        return new ReviewedAnswer(answer, Opinion.NONE, OptionalDouble.empty());
    }

    /// Makes one answer of what two models say: of two answers the one that its own model finds more probable
    /// counts. Everything that has a say in an answer is combined here, the scores of labels too.
    static ReviewedAnswer of(Answer first, Answer second) {
        boolean surer = isSurer(second, first);
        Opinion differing = surer ? Opinion.PREVAILS : Opinion.DISAGREES;
        return new ReviewedAnswer(
                surer ? second : first,
                first.text().equals(second.text()) ? Opinion.AGREES : differing,
                OptionalDouble.empty());
    }

    ReviewedAnswer with(OptionalDouble fitted) {
        return new ReviewedAnswer(answer, opinion, fitted);
    }

    ReviewedAnswer withoutLogprobs() {
        return new ReviewedAnswer(answer.withoutLogprobs(), opinion, confidence);
    }

    /// Whether an answer needs no second opinion. One whose probability is not known does.
    static boolean isSure(Answer answer) {
        return isWhole(answer) && probability(answer) >= (answer.labels().isEmpty() ? SURE_OF_TEXT : SURE);
    }

    /// An answer that was cut off is never surer than a whole one.
    private static boolean isSurer(Answer other, Answer mine) {
        return isWhole(other) == isWhole(mine) ? probability(other) > probability(mine) : isWhole(other);
    }

    private static boolean isWhole(Answer answer) {
        return answer.finish() == Finish.STOP;
    }

    private static double probability(Answer answer) {
        return answer.probability().orElse(0);
    }
}
