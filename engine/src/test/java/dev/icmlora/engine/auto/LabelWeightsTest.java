package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class LabelWeightsTest {

    private final Random random = new Random(7);

    private double[][] scores(int count, int labels, double size) {
        return IntStream.range(0, count)
                .mapToObj(i -> random.doubles(labels).map(each -> size * each).toArray())
                .toArray(double[][]::new);
    }

    /// What the weights are to be likeliest by, beside how usual they are.
    private static double value(double head, double words, double[][] scores, double[][] wordScores, int[] labels) {
        var logs = IntStream.range(0, labels.length)
                .mapToDouble(i -> new LabelWeights(head, words, 0, 0).logprobs(scores[i], wordScores[i])[labels[i]])
                .sum();
        return logs - Math.pow((head - 8) / 4, 2) / 2 - Math.pow(words - 1, 2) / 2;
    }

    @Test
    void noWeightsNearbyAreLikelier() {
        for (var round = 0; round < 50; round++) {
            var labels = 2 + random.nextInt(5);
            var count = 2 + random.nextInt(30);
            var scores = scores(count, labels, 2 * random.nextDouble());
            var words = scores(count, labels, 10 * random.nextDouble());
            var right = random.ints(count, 0, labels).toArray();

            var found = LabelWeights.of(scores, words, right);

            assertThat(found.head()).isNotNegative();
            assertThat(found.words()).isNotNegative();
            var value = value(found.head(), found.words(), scores, words, right);
            for (var step : new double[][] {{0.1, 0}, {-0.1, 0}, {0, 0.02}, {0, -0.02}}) {
                var head = Math.max(0, found.head() + step[0]);
                var word = Math.max(0, found.words() + step[1]);
                assertThat(value(head, word, scores, words, right)).isLessThan(value + 1e-3);
            }
        }
    }

    @Test
    void whatIsAlwaysRightCountsMuchAndNotWithoutBounds() {
        var scores = new double[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}};
        var none = new double[4][2];

        var found = LabelWeights.of(scores, none, new int[] {0, 1, 0, 1});

        assertThat(found.head()).isBetween(8.0, 10.0);
        assertThat(found.words()).isCloseTo(1, within(1e-6));
        assertThat(found.right()).isGreaterThan(0.99);
        assertThat(found.evidence()).isBetween(-0.01, 0.0);
    }

    @Test
    void aPerfectMisleadingIsIgnored() {
        var scores = new double[][] {{1, 0}, {0, 1}};
        var wrong = new double[][] {{-500, 0}, {0, -500}};

        var found = LabelWeights.of(scores, wrong, new int[] {0, 1});

        assertThat(found.words()).isLessThan(0.01);
        assertThat(found.logprobs(scores[0], wrong[0])).doesNotContain(Double.NaN);
    }
}
