package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.engine.auto.LeftOut.Told;

class LeftOutTest {

    private final Random random = new Random(7);

    private static LeftOut of(Stream<Told> examples) {
        return new LeftOut(examples.toList());
    }

    private static Stream<Told> all(int count, double confidence, boolean right) {
        return Stream.generate(() -> new Told(confidence, right)).limit(count);
    }

    private static long kept(LeftOut examples, double threshold) {
        return examples.examples().stream()
                .filter(each -> each.confidence() >= threshold)
                .count();
    }

    private static long wrong(LeftOut examples, double threshold) {
        return examples.examples().stream()
                .filter(each -> each.confidence() >= threshold && !each.right())
                .count();
    }

    /// Answers, half of which are rather sure.
    ///
    /// @param truth weight of the log odds of confidence in those of being right: 1 if confidence is true, less
    /// if it is too sure
    private LeftOut drawn(int count, double truth) {
        return of(Stream.generate(() -> {
                    var sure = random.nextBoolean() ? Math.pow(random.nextDouble(), 0.05) : random.nextDouble();
                    var confidence = 0.5 + sure / 2;
                    var odds = Math.pow(confidence / (1 - confidence), truth);
                    return new Told(confidence, random.nextDouble() < 1 - 1 / (1 + odds));
                })
                .limit(count));
    }

    @Test
    void withoutExamplesEachAnswerHasToBeSureEnoughItself() {
        for (var risk : List.of(0.01, 0.05, 0.5, 0.99)) {
            assertThat(LeftOut.NONE.threshold(risk)).isEqualTo(1 - risk);
        }
    }

    @Test
    void nineteenThatAreRightAndCertainShowARiskOfOneInTwenty() {
        var certain = all(19, 1, true);
        var unsure = List.of(new Told(0.6, true), new Told(0.6, false));

        assertThat(of(Stream.concat(certain, unsure.stream())).threshold(0.05)).isBetween(0.6, 0.95);
        assertThat(of(all(18, 1, true)).threshold(0.05)).isEqualTo(0.95);
    }

    @Test
    void whatIsRightMoreOftenThanItIsSureIsKept() {
        var mostlySure = Stream.concat(all(60, 0.999, true), all(10, 0.9, true));

        assertThat(of(mostlySure).threshold(0.05)).isEqualTo(0.9);
        assertThat(of(all(60, 0.8, true)).threshold(0.05))
                .as("what expects a fifth to be wrong has had luck")
                .isEqualTo(0.95);
    }

    @Test
    void aSureExampleThatIsWrongContradicts() {
        var one = Stream.concat(all(5, 0.99, true), Stream.of(new Told(0.97, false)));
        var surest = Stream.concat(all(5, 0.96, true), Stream.of(new Told(1, false)));

        assertThat(of(one).threshold(0.05)).isGreaterThan(0.97).isLessThanOrEqualTo(0.99);
        assertThat(of(surest).threshold(0.05)).as("nothing is kept").isGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 16, 64, 512})
    void noThresholdIsContradictedByTheExamplesAndMoreRiskKeepsMore(int count) {
        for (var draw = 0; draw < 20; draw++) {
            var examples = drawn(count, random.nextDouble(2));
            var before = Double.POSITIVE_INFINITY;
            for (var risk = 0.005; risk < 1; risk *= 1.3) {
                var threshold = examples.threshold(risk);

                assertThat(threshold).isPositive().isLessThanOrEqualTo(before);
                assertThat((double) wrong(examples, threshold)).isLessThanOrEqualTo(risk * kept(examples, threshold));
                before = threshold;
            }
        }
    }

    /// How many of new answers are kept, and what share of these is wrong, over many tasks.
    ///
    /// @param threshold by the examples of a task
    private double[] keptAndWrong(int count, double truth, ToDoubleFunction<LeftOut> threshold) {
        var tasks = 400;
        var inputs = 50;
        var kept = 0.0;
        var wrong = 0.0;
        for (var task = 0; task < tasks; task++) {
            var least = threshold.applyAsDouble(drawn(count, truth));
            var fresh = drawn(inputs, truth);
            kept += kept(fresh, least);
            wrong += wrong(fresh, least);
        }
        return new double[] {kept / tasks / inputs, wrong / Math.max(1, kept)};
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "4, 1", "16, 1", "48, 1", "200, 1", "16, 1.5", "200, 1.5"})
    void theRiskOfNewAnswersIsKeptWhereConfidenceIsTrueOrModest(int count, double truth) {
        for (var risk : List.of(0.05, 0.1, 0.2)) {
            var measured = keptAndWrong(count, truth, examples -> examples.threshold(risk));

            assertThat(measured[0]).as("kept").isGreaterThan(0.4);
            assertThat(measured[1]).as("wrong").isLessThan(risk);
        }
    }

    @Test
    void moreExamplesKeepMore() {
        var few = keptAndWrong(16, 1, examples -> examples.threshold(0.05));
        var many = keptAndWrong(200, 1, examples -> examples.threshold(0.05));

        assertThat(many[0]).isGreaterThan(few[0] + 0.1);
    }

    @Test
    void whereConfidenceIsTooSureTheExamplesTell() {
        var unaware = keptAndWrong(0, 0.3, examples -> examples.threshold(0.1));
        var aware = keptAndWrong(200, 0.3, examples -> examples.threshold(0.1));

        assertThat(unaware[1]).isGreaterThan(0.2);
        assertThat(aware[0]).isLessThan(unaware[0] / 2);
        assertThat(aware[1]).isLessThan(unaware[1] - 0.05);
    }

    @Test
    void theLongestListTakesNoTime() {
        var examples = drawn(512, 1);
        var start = System.nanoTime();

        assertThat(examples.threshold(0.001)).isPositive();

        assertThat((System.nanoTime() - start) / 1e9).isCloseTo(0, within(1.0));
    }
}
