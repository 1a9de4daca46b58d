package dev.icmlora.trainer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.Calibration.Curve;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;

/// On answers that are right as often as a known curve says.
class AnswerFitTest {

    @Test
    void findsTheCurveThatTheAnswersFollow() {
        Curve truth = new Curve(-2, 1.1, 1.3, 1.5, 1, -1.5);
        List<double[]> all = seen();
        SplittableRandom random = new SplittableRandom(2);

        Curve fitted = new AnswerFit(all.stream()
                        .map(seen -> new AnswerObservation(seen, random.nextDouble() < truth.chance(seen)))
                        .toList())
                .curve();

        assertThat(all.subList(0, 100))
                .allSatisfy(seen -> assertThat(fitted.chance(seen)).isCloseTo(truth.chance(seen), within(0.1)));
    }

    private static List<double[]> seen() {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.generate(() -> {
                    boolean asked = random.nextBoolean();
                    boolean agreed = asked && random.nextBoolean();
                    var tuning = new Tuning.Summary(Outcome.TUNED, 6, 3, 2 * random.nextDouble());
                    return seen(random.nextDouble(), random.nextInt(2, 20), tuning, agreed, asked && !agreed);
                })
                .limit(4000)
                .toList();
    }

    private static double[] seen(
            double probability, int tokens, Tuning.Summary tuning, boolean agreed, boolean differed) {
        var answer = new Answer("", Finish.STOP, tokens, List.of(), OptionalDouble.of(probability), Map.of());
        return Calibration.seen(answer, tuning, agreed, differed);
    }

    @Test
    void refusesToFitNothing() {
        assertThatThrownBy(() -> new AnswerFit(List.of()).curve()).hasMessage("no answer of a tuned task was observed");
    }

    @Test
    void staysFiniteWhereAllAnswersAreRight() {
        Tuning.Summary tuning = new Tuning.Summary(Outcome.TUNED, 6, 3, 0.1);
        List<AnswerObservation> observations = List.of(
                new AnswerObservation(seen(1, 1, tuning, false, false), true),
                new AnswerObservation(seen(0.9, 5, tuning, false, false), true));

        Curve fitted = new AnswerFit(observations).curve();

        assertThat(fitted.chance(seen(0.9, 5, tuning, false, false))).isBetween(0.9, 1.0);
    }
}
