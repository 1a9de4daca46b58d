package dev.icmlora.learning;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/// Two versions' answers to the same inputs, in a form in which equal ones are equal.
///
/// @param wanted what is right
/// @param before what the serving version answers
/// @param after what the candidate answers
record Comparison(List<?> wanted, List<?> before, List<?> after) {

    /// How often outputs are dealt out anew.
    private static final int DEALS = 9_999;

    int rightBefore() {
        return right(before, wanted);
    }

    int rightAfter() {
        return right(after, wanted);
    }

    private static int right(List<?> answers, List<?> wanted) {
        return (int) IntStream.range(0, answers.size())
                .filter(i -> wanted.get(i).equals(answers.get(i)))
                .count();
    }

    /// Inputs that only the candidate has right.
    int better() {
        return only(after, before);
    }

    /// Inputs that only the serving version has right.
    int worse() {
        return only(before, after);
    }

    private int only(List<?> one, List<?> other) {
        return (int) IntStream.range(0, wanted.size())
                .filter(i -> isRight(one, i) && !isRight(other, i))
                .count();
    }

    private boolean isRight(List<?> answers, int input) {
        return wanted.get(input).equals(answers.get(input));
    }

    /// Whether only the candidate has an input right; empty where both have it right, or neither.
    Optional<Boolean> isBetter(int input) {
        var isRight = isRight(after, input);
        return isRight == isRight(before, input) ? Optional.empty() : Optional.of(isRight);
    }

    /// The exact one-sided sign test, which for two versions and the same inputs is McNemar's.
    ///
    /// @return how likely it is that at least so many of the inputs on which the two differ speak for the
    /// candidate, if each is as likely to speak for either
    double chance() {
        var differing = better() + worse();
        var term = Math.pow(0.5, differing);
        var sum = 0.0;
        for (var k = differing; k >= better(); k--) {
            sum += term;
            term *= (double) k / (differing - k + 1);
        }
        return Math.min(1, sum);
    }

    /// A permutation test of whether what is wanted has to do with the inputs at all.
    ///
    /// @return how likely it is that the candidate has at least so many right, if the outputs were dealt out to the
    /// inputs at random
    double unrelated() {
        var dealt = new ArrayList<Object>(wanted);
        var random = new Random(0);
        var right = rightAfter();
        var asMany = IntStream.range(0, DEALS)
                .filter(_ -> {
                    Collections.shuffle(dealt, random);
                    return right(after, dealt) >= right;
                })
                .count();
        return (asMany + 1.0) / (DEALS + 1);
    }
}
