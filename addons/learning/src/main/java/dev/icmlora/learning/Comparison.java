package dev.icmlora.learning;

import java.util.List;
import java.util.stream.IntStream;

/// Two versions' answers to the same inputs.
///
/// @param before whether the serving version was right, for each input
/// @param after the same of the candidate
record Comparison(List<Boolean> before, List<Boolean> after) {

    int rightBefore() {
        return count(before, true);
    }

    int rightAfter() {
        return count(after, true);
    }

    private static int count(List<Boolean> answers, boolean value) {
        return (int) answers.stream().filter(right -> right == value).count();
    }

    /// Inputs that only the candidate has right.
    int better() {
        return differing(true);
    }

    /// Inputs that only the serving version has right.
    int worse() {
        return differing(false);
    }

    private int differing(boolean afterwards) {
        return (int) IntStream.range(0, before.size())
                .filter(i -> after.get(i) == afterwards && before.get(i) != afterwards)
                .count();
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
}
