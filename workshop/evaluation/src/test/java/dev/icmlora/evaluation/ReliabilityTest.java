package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.evaluation.Reliability.Judged;

class ReliabilityTest {

    @Test
    void errorIsTheMeanDistanceBetweenWhatWasSaidAndWhatCame() {
        Reliability honest = reliability(answers(0.75, 3, 1), answers(0.25, 1, 3));
        Reliability boastful = reliability(answers(0.95, 2, 2), answers(0.55, 0, 4));

        assertThat(honest.error()).isCloseTo(0, within(1e-9));
        assertThat(boastful.error()).isCloseTo((0.45 + 0.55) / 2, within(1e-9));
    }

    @Test
    void binsAreTenthsAndCertaintyIsInTheLast() {
        Reliability reliability = reliability(answers(1, 2, 0), both(answers(0, 0, 1), answers(0.1, 1, 0)));

        assertThat(reliability.bins())
                .extracting(bin -> bin.answers().size())
                .containsExactly(1, 1, 0, 0, 0, 0, 0, 0, 0, 2);
    }

    @Test
    void theSurestAnswersAreKeptWhileEnoughOfThemAreRight() {
        assertThat(reliability(answers(0.9, 19, 1), answers(0.5, 0, 20)).coverage(0.95))
                .isEqualTo(0.5);
        assertThat(reliability(answers(0.9, 18, 2), answers(0.5, 10, 10)).coverage(0.95))
                .isZero();
        // A wrong one among the surest may be outweighed by those that follow.
        assertThat(reliability(answers(0.9, 0, 1), answers(0.8, 19, 0)).coverage(0.95))
                .isEqualTo(1);
    }

    @Test
    void answersOfOneConfidenceAreKeptTogetherOrNotAtAll() {
        assertThat(reliability(answers(0.9, 10, 0), answers(0.8, 5, 5)).coverage(0.95))
                .isEqualTo(0.5);
    }

    private static Reliability reliability(List<Judged> some, List<Judged> others) {
        return new Reliability(both(some, others));
    }

    private static List<Judged> both(List<Judged> some, List<Judged> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static List<Judged> answers(double confidence, int right, int wrong) {
        return both(
                Collections.nCopies(right, new Judged(confidence, true, true)),
                Collections.nCopies(wrong, new Judged(confidence, true, false)));
    }
}
