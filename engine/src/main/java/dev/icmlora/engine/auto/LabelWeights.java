package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.util.Arrays;

/// How much the scores of two classifiers count in what they say together: the likeliest weights, as far from the
/// usual ones as what is known tells.
///
/// @param head of the regression's scores, 0 or more
/// @param words of the label words' log-probabilities, 0 or more
/// @param evidence mean log-probability of the right label where an example is left out
/// @param right mean probability of it
record LabelWeights(double head, double words, double evidence, double right) implements Serializable {

    private static final double USUAL_HEAD = 8;
    private static final double SPREAD_OF_HEAD = 4;
    private static final double USUAL_WORDS = 1;
    private static final double SPREAD_OF_WORDS = 1;
    private static final int STEPS = 20;
    private static final double NEAR = 1e-6;

    /// @param scores of each example's labels, by a regression that does not know it
    /// @param words the same by the label words
    /// @param labels which ones are right
    static LabelWeights of(double[][] scores, double[][] words, int[] labels) {
        var now = at(USUAL_HEAD, USUAL_WORDS, scores, words, labels);
        for (var step = 0; step < STEPS; step++) {
            var next = now.better(scores, words, labels);
            if (next.value - now.value < NEAR) {
                break;
            }
            now = next;
        }
        return new LabelWeights(now.head, now.words, now.logs / labels.length, now.right / labels.length);
    }

    /// What weights are worth, and in which direction better ones lie.
    ///
    /// @param value log-probability of what is known and of the weights themselves
    private record Point(
            double head,
            double words,
            double value,
            double logs,
            double right,
            double ofHead,
            double ofWords,
            double headHead,
            double headWords,
            double wordsWords) {

        /// One step of Newton's method, halved until it leads to what is better. The value has one peak. A weight
        /// of 0 that had better be less stays.
        Point better(double[][] scores, double[][] wordScores, int[] labels) {
            var keepsHead = head == 0 && ofHead < 0;
            var keepsWords = words == 0 && ofWords < 0;
            var both = keepsHead || keepsWords ? 0 : headWords;
            var byHead = keepsHead ? 0 : ofHead;
            var byWords = keepsWords ? 0 : ofWords;
            var determinant = headHead * wordsWords - both * both;
            var stepHead = (wordsWords * byHead - both * byWords) / determinant;
            var stepWords = (headHead * byWords - both * byHead) / determinant;
            for (var part = 1.0; part > NEAR; part /= 2) {
                var next = at(
                        Math.max(0, head + part * stepHead),
                        Math.max(0, words + part * stepWords),
                        scores,
                        wordScores,
                        labels);
                if (next.value > value) {
                    return next;
                }
            }
            return this;
        }
    }

    private static Point at(double head, double words, double[][] scores, double[][] wordScores, int[] labels) {
        var fromHead = (head - USUAL_HEAD) / SPREAD_OF_HEAD;
        var fromWords = (words - USUAL_WORDS) / SPREAD_OF_WORDS;
        var logs = 0.0;
        var right = 0.0;
        var ofHead = -fromHead / SPREAD_OF_HEAD;
        var ofWords = -fromWords / SPREAD_OF_WORDS;
        var headHead = 1 / (SPREAD_OF_HEAD * SPREAD_OF_HEAD);
        var headWords = 0.0;
        var wordsWords = 1 / (SPREAD_OF_WORDS * SPREAD_OF_WORDS);
        for (var i = 0; i < labels.length; i++) {
            var logprobs = logprobs(head, words, scores[i], wordScores[i]);
            var meanHead = 0.0;
            var meanWords = 0.0;
            for (var label = 0; label < logprobs.length; label++) {
                var chance = Math.exp(logprobs[label]);
                meanHead += chance * scores[i][label];
                meanWords += chance * wordScores[i][label];
            }
            for (var label = 0; label < logprobs.length; label++) {
                var chance = Math.exp(logprobs[label]);
                var byHead = scores[i][label] - meanHead;
                var byWords = wordScores[i][label] - meanWords;
                headHead += chance * byHead * byHead;
                headWords += chance * byHead * byWords;
                wordsWords += chance * byWords * byWords;
            }
            ofHead += scores[i][labels[i]] - meanHead;
            ofWords += wordScores[i][labels[i]] - meanWords;
            logs += logprobs[labels[i]];
            right += Math.exp(logprobs[labels[i]]);
        }
        var value = logs - (fromHead * fromHead + fromWords * fromWords) / 2;
        return new Point(head, words, value, logs, right, ofHead, ofWords, headHead, headWords, wordsWords);
    }

    /// @return natural logarithm of each label's probability
    double[] logprobs(double[] scores, double[] wordScores) {
        return logprobs(head, words, scores, wordScores);
    }

    private static double[] logprobs(double head, double words, double[] scores, double[] wordScores) {
        var logs = new double[scores.length];
        for (var label = 0; label < logs.length; label++) {
            logs[label] = head * scores[label] + words * wordScores[label];
        }
        return normalised(logs);
    }

    /// @param logs of the labels' probabilities, up to a constant
    static double[] normalised(double[] logs) {
        var most = Arrays.stream(logs).max().orElseThrow();
        var sum = Arrays.stream(logs).map(each -> Math.exp(each - most)).sum();
        return Arrays.stream(logs).map(each -> each - most - Math.log(sum)).toArray();
    }
}
