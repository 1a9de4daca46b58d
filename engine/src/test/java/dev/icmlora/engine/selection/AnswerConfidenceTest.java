package dev.icmlora.engine.selection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningSummary;

class AnswerConfidenceTest {

    private final AnswerConfidence curve = new AnswerConfidence(-2.5, 1, 1.25, 1.5, 0.8, -0.6);

    @Test
    void growsWithProbabilityLengthAndWhatTuningLearned() {
        var plain = curve.of(0.5, 3, loss(0.5), Opinion.NONE);

        assertThat(plain).isStrictlyBetween(0.0, 1.0);
        assertThat(curve.of(0.9, 3, loss(0.5), Opinion.NONE)).isGreaterThan(plain);
        assertThat(curve.of(0.5, 12, loss(0.5), Opinion.NONE)).isGreaterThan(plain);
        assertThat(curve.of(0.5, 3, loss(0.01), Opinion.NONE)).isGreaterThan(plain);
    }

    @Test
    void twoThatAgreeAreSurerThanTwoThatDiffer() {
        var agreed = curve.of(0.5, 3, loss(0.5), Opinion.AGREES);

        assertThat(agreed).isGreaterThan(curve.of(0.5, 3, loss(0.5), Opinion.NONE));
        assertThat(curve.of(0.5, 3, loss(0.5), Opinion.NONE))
                .isGreaterThan(curve.of(0.5, 3, loss(0.5), Opinion.PREVAILS));
        assertThat(curve.of(0.5, 3, loss(0.5), Opinion.PREVAILS))
                .isEqualTo(curve.of(0.5, 3, loss(0.5), Opinion.DISAGREES));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, Double.MIN_VALUE, 1, 1.0000000000000002})
    void isAChanceAtTheEndsToo(double probability) {
        assertThat(curve.of(probability, 0, loss(100), Opinion.DISAGREES)).isBetween(0.0, 1.0);
        assertThat(curve.of(probability, 4096, loss(0), Opinion.AGREES)).isBetween(0.0, 1.0);
    }

    private static TuningSummary loss(double after) {
        return new TuningSummary(Outcome.TUNED, 6, 3, after);
    }
}
