package dev.icmlora.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/// What is told from answers to inputs that say nothing.
class LabelBiasTest {

    private static Answers answers(double[]... shares) {
        var answers = Stream.of(shares)
                .map(each -> {
                    var labels = new LinkedHashMap<String, Double>();
                    for (var label = 0; label < each.length; label++) {
                        labels.put("label " + label, each[label]);
                    }
                    var most = Arrays.stream(each).max().orElseThrow();
                    return new Answer("label", Finish.STOP, 1, List.of(), OptionalDouble.of(most), labels);
                })
                .toList();
        return new Answers(answers, 70, 7, 1, 2, 3);
    }

    @Test
    void halfOfItIsTakenAway() {
        var bias = LabelBias.of(answers(new double[] {0.8, 0.2}, new double[] {0.8, 0.2}));

        var weighed = bias.weighed(new double[] {Math.log(0.8), Math.log(0.2)});

        assertThat(weighed[0] - weighed[1]).isCloseTo(Math.log(4) / 2, within(1e-9));
    }

    @Test
    void whatIsEquallyLikelyStaysSo() {
        var bias = LabelBias.of(answers(new double[] {0.5, 0.25, 0.25}, new double[] {0.125, 0.25, 0.25}));

        var weighed = bias.weighed(new double[] {-1, -2, -3});

        assertThat(weighed[0] - weighed[1]).isCloseTo(1, within(1e-9));
        assertThat(weighed[1] - weighed[2]).isCloseTo(1, within(1e-9));
    }

    /// A float may have no room for its share.
    @Test
    void aLabelThatIsNeverLikelyStaysFinite() {
        var bias = LabelBias.of(answers(new double[] {1, 0}));

        assertThat(bias.weighed(new double[] {-1, -800})).doesNotContain(Double.POSITIVE_INFINITY, Double.NaN);
        assertThat(bias.logs()).allSatisfy(log -> assertThat(log).isBetween(-1e-9, 20.0));
    }

    @Test
    void itSaysWhatItTookUntilItIsKnown() {
        var bias = LabelBias.of(answers(new double[] {0.8, 0.2}));

        assertThat(bias.read().promptTokens()).isEqualTo(70);
        assertThat(bias.read().completionTokens())
                .as("nobody gets these answers")
                .isZero();
        assertThat(bias.known().read()).isEqualTo(Answers.NONE);
        assertThat(bias.known().logs()).isEqualTo(bias.logs());
    }

    @Test
    void withoutAnswersNothingIsKnown() {
        assertThat(LabelBias.of(Answers.NONE)).isEqualTo(LabelBias.NONE);
        assertThat(LabelBias.NONE.weighed(new double[] {-1, -2})).containsExactly(-1, -2);
    }
}
