package dev.icmlora.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

    /// The sign test, against tails of the binomial distribution.
    @ParameterizedTest
    @CsvSource({
        "0, 0, 9, 1",
        "5, 0, 3, 0.03125",
        "6, 0, 0, 0.015625",
        "7, 1, 4, 0.03515625",
        "8, 1, 0, 0.01953125",
        "3, 3, 0, 0.65625",
        "0, 6, 0, 1",
        "110, 90, 300, 0.0894820"
    })
    void saysHowLikelyTheOutcomeIsWhereNeitherIsBetter(int better, int worse, int equal, double chance) {
        var comparison = new Comparison(
                Collections.nCopies(better + worse + equal, "right"),
                answers("wrong", better, "right", worse, equal),
                answers("right", better, "wrong", worse, equal));

        assertThat(comparison.better()).isEqualTo(better);
        assertThat(comparison.worse()).isEqualTo(worse);
        assertThat(comparison.rightAfter() - comparison.rightBefore()).isEqualTo(better - worse);
        assertThat(comparison.chance()).isCloseTo(chance, within(1e-6));
    }

    private static List<String> answers(String one, int count, String other, int others, int equal) {
        return Stream.of(
                        Collections.nCopies(count, one),
                        Collections.nCopies(others, other),
                        Collections.nCopies(equal, "right"))
                .flatMap(List::stream)
                .toList();
    }

    /// Of eight different outputs, one order of 40,320 has all of them right.
    @Test
    void saysHowLikelyTheCandidateHasAsManyRightOfOutputsInAnyOrder() {
        var outputs = IntStream.range(0, 8).boxed().toList();
        var twoOfEach = IntStream.range(0, 8).mapToObj(i -> i / 4).toList();

        assertThat(new Comparison(outputs, outputs, outputs).unrelated()).isLessThan(0.0005);
        assertThat(new Comparison(outputs, outputs, outputs.reversed()).unrelated())
                .isEqualTo(1);
        // One of 70 orders of four and four.
        assertThat(new Comparison(twoOfEach, outputs, twoOfEach).unrelated()).isCloseTo(1 / 70.0, within(0.005));
        // Always the same answer tells nothing of the inputs, however often it is right.
        assertThat(new Comparison(twoOfEach, outputs, Collections.nCopies(8, 0)).unrelated())
                .isEqualTo(1);
    }
}
