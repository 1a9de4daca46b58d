package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.engine.Calibration.Curve;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.generator.network.GeneratorFile;

/// The numbers of mode auto, as a generator's file holds them, and the chances that they give.
class CalibrationTest {

    private static final Calibration WITH_ANSWERS = Calibration.DEFAULT.withAnswers(
            new Curve(-2.5, 1, 1.25, 1.5, 0.8, -0.6), new Curve(-1.5, 0.9, -0.1, 2.25, 0.75, -1));

    @Test
    void comesOutOfAFileAsItWentIn() {
        assertThat(Calibration.of(Calibration.DEFAULT.numbers())).isEqualTo(Calibration.DEFAULT);
        assertThat(Calibration.of(WITH_ANSWERS.numbers())).isEqualTo(WITH_ANSWERS);
        assertThat(WITH_ANSWERS.numbers())
                .containsExactly(
                        -3.65f, 1.93f, 3.93f, 0.66f, 0.48f, 0.34f, -2.5f, 1f, 1.25f, 1.5f, 0.8f, -0.6f, -1.5f, 0.9f,
                        -0.1f, 2.25f, 0.75f, -1f);
    }

    @Test
    void theDefaultGeneratorHasItsOwn() {
        var file = GeneratorFile.read(Installation.ofThisProcess().generator());

        assertThat(Calibration.of(file.manifest().calibration()).texts()).isPresent();
    }

    @Test
    void withoutNumbersItIsTheDefault() {
        assertThat(Calibration.of(List.of())).isEqualTo(Calibration.DEFAULT);
    }

    @Test
    void anotherNumberOfThemIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.of(Collections.nCopies(5, 1f)))
                .withMessageContaining("6 or 18 numbers, the file has 5");
    }

    @Test
    void aTaskThatIsLearnedBetterIsAnsweredWithMoreConfidence() {
        var learned = Calibration.DEFAULT.ofTask(new Tuning.Summary(Outcome.TUNED, 6, 1, 0.01));
        var notLearned = Calibration.DEFAULT.ofTask(new Tuning.Summary(Outcome.TUNED, 6, 1, 2));

        assertThat(learned).isBetween(notLearned, 1.0);
        assertThat(notLearned).isPositive();
    }

    @Test
    void anUntunedTaskIsKnownNearSeenOnes() {
        assertThat(Calibration.DEFAULT.isNear(OptionalDouble.of(0.66))).isTrue();
        assertThat(Calibration.DEFAULT.isNear(OptionalDouble.of(0.67))).isFalse();
        assertThat(Calibration.DEFAULT.isNear(OptionalDouble.empty())).isTrue();
        assertThat(Calibration.DEFAULT.ofTask(OptionalDouble.of(0.6))).isEqualTo(0.48);
        assertThat(Calibration.DEFAULT.ofTask(OptionalDouble.of(0.7))).isEqualTo(0.34);
    }

    @Test
    void anAnswerIsSurerByProbabilityLengthAndWhatTuningLearned() {
        var plain = text(0.5, 3, loss(0.5), false, false);

        assertThat(plain).isStrictlyBetween(0.0, 1.0);
        assertThat(text(0.9, 3, loss(0.5), false, false)).isGreaterThan(plain);
        assertThat(text(0.5, 12, loss(0.5), false, false)).isGreaterThan(plain);
        assertThat(text(0.5, 3, loss(0.01), false, false)).isGreaterThan(plain);
    }

    @Test
    void twoThatAgreeAreSurerThanTwoThatDiffer() {
        var alone = text(0.5, 3, loss(0.5), false, false);

        assertThat(text(0.5, 3, loss(0.5), true, false)).isGreaterThan(alone);
        assertThat(text(0.5, 3, loss(0.5), false, true)).isLessThan(alone);
    }

    @Test
    void aLabelHasACurveOfItsOwn() {
        var label = new Answer("a", Finish.STOP, 3, List.of(), OptionalDouble.of(0.5), Map.of("a", 0.5, "b", 0.5));

        assertThat(WITH_ANSWERS.ofAnswer(label, loss(0.5), false, false))
                .hasValue(WITH_ANSWERS.labels().orElseThrow().chance(0, Math.log(2), Math.exp(-0.5), 0, 0));
        assertThat(Calibration.DEFAULT.ofAnswer(label, loss(0.5), false, false)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, Double.MIN_VALUE, 1, 1.0000000000000002})
    void isAChanceAtTheEndsToo(double probability) {
        assertThat(text(probability, 0, loss(100), false, true)).isBetween(0.0, 1.0);
        assertThat(text(probability, 4096, loss(0), true, false)).isBetween(0.0, 1.0);
    }

    private static double text(
            double probability, int tokens, Tuning.Summary tuning, boolean agreed, boolean differed) {
        var answer = new Answer("", Finish.STOP, tokens, List.of(), OptionalDouble.of(probability), Map.of());
        return WITH_ANSWERS.ofAnswer(answer, tuning, agreed, differed).orElseThrow();
    }

    private static Tuning.Summary loss(double after) {
        return new Tuning.Summary(Outcome.TUNED, 6, 3, after);
    }
}
