package dev.icmlora.trainer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.selection.AnswerConfidence;
import dev.icmlora.engine.selection.LabelConfidence;
import dev.icmlora.engine.selection.Opinion;
import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningSummary;

/// On answers that are right as often as a known curve says.
class AnswerFitTest {

    @Test
    void findsTheCurveThatTheAnswersFollow() {
        AnswerConfidence truth = new AnswerConfidence(-2, 1.1, 1.3, 1.5, 1, -1.5);
        List<Seen> all = seen();
        SplittableRandom random = new SplittableRandom(2);

        AnswerConfidence fitted = new AnswerFit(all.stream()
                        .map(seen -> new AnswerObservation(
                                AnswerConfidence.seen(seen.probability, seen.count, seen.tuning, seen.opinion),
                                random.nextDouble()
                                        < truth.of(seen.probability, seen.count, seen.tuning, seen.opinion)))
                        .toList())
                .ofTexts();

        assertThat(all.subList(0, 100))
                .allSatisfy(seen -> assertThat(fitted.of(seen.probability, seen.count, seen.tuning, seen.opinion))
                        .isCloseTo(truth.of(seen.probability, seen.count, seen.tuning, seen.opinion), within(0.1)));
    }

    @Test
    void findsTheCurveThatLabelsFollow() {
        LabelConfidence truth = new LabelConfidence(-1, 0.7, -0.3, 2, 0.8, -0.9);
        List<Seen> all = seen();
        SplittableRandom random = new SplittableRandom(2);

        LabelConfidence fitted = new AnswerFit(all.stream()
                        .map(seen -> new AnswerObservation(
                                LabelConfidence.seen(seen.probability, seen.count, seen.tuning, seen.opinion),
                                random.nextDouble()
                                        < truth.of(seen.probability, seen.count, seen.tuning, seen.opinion)))
                        .toList())
                .ofLabels();

        assertThat(all.subList(0, 100))
                .allSatisfy(seen -> assertThat(fitted.of(seen.probability, seen.count, seen.tuning, seen.opinion))
                        .isCloseTo(truth.of(seen.probability, seen.count, seen.tuning, seen.opinion), within(0.1)));
    }

    /// @param count of tokens, or of labels
    private record Seen(double probability, int count, TuningSummary tuning, Opinion opinion) {}

    private static List<Seen> seen() {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.generate(() -> new Seen(
                        random.nextDouble(),
                        random.nextInt(2, 20),
                        new TuningSummary(Outcome.TUNED, 6, 3, 2 * random.nextDouble()),
                        Opinion.values()[random.nextInt(Opinion.values().length)]))
                .limit(4000)
                .toList();
    }

    @Test
    void refusesToFitNothing() {
        assertThatThrownBy(() -> new AnswerFit(List.of()).ofTexts())
                .hasMessage("no answer of a tuned task was observed");
    }

    @Test
    void staysFiniteWhereAllAnswersAreRight() {
        TuningSummary tuning = new TuningSummary(Outcome.TUNED, 6, 3, 0.1);
        List<AnswerObservation> observations = List.of(
                new AnswerObservation(AnswerConfidence.seen(1, 1, tuning, Opinion.NONE), true),
                new AnswerObservation(AnswerConfidence.seen(0.9, 5, tuning, Opinion.NONE), true));

        AnswerConfidence fitted = new AnswerFit(observations).ofTexts();

        assertThat(fitted.of(0.9, 5, tuning, Opinion.NONE)).isBetween(0.9, 1.0);
    }
}
