package dev.icmlora.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The sign test, against tails of the binomial distribution.
class ComparisonTest {

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
        var comparison =
                new Comparison(answers(false, better, true, worse, equal), answers(true, better, false, worse, equal));

        assertThat(comparison.better()).isEqualTo(better);
        assertThat(comparison.worse()).isEqualTo(worse);
        assertThat(comparison.rightAfter() - comparison.rightBefore()).isEqualTo(better - worse);
        assertThat(comparison.chance()).isCloseTo(chance, within(1e-6));
    }

    private static List<Boolean> answers(boolean one, int count, boolean other, int others, int equal) {
        return Stream.of(
                        Collections.nCopies(count, one),
                        Collections.nCopies(others, other),
                        Collections.nCopies(equal, true))
                .flatMap(List::stream)
                .toList();
    }
}
