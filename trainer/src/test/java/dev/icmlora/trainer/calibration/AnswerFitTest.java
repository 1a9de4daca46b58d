package dev.icmlora.trainer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.selection.AnswerConfidence;
import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningSummary;

/// On answers that are right as often as a known curve says.
class AnswerFitTest {

    @Test
    void findsTheCurveThatTheAnswersFollow() {
        AnswerConfidence truth = new AnswerConfidence(-2, 1.1, 1.3, 1.5);
        SplittableRandom random = new SplittableRandom(1);
        List<AnswerObservation> observations = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            double probability = random.nextDouble();
            int tokens = random.nextInt(1, 20);
            TuningSummary tuning = new TuningSummary(Outcome.TUNED, 6, 3, 2 * random.nextDouble());
            boolean right = random.nextDouble() < truth.of(probability, tokens, tuning);
            observations.add(new AnswerObservation(probability, tokens, tuning, right));
        }

        AnswerConfidence fitted = new AnswerFit(observations).fit();

        for (AnswerObservation seen : observations.subList(0, 100)) {
            assertThat(fitted.of(seen.probability(), seen.tokens(), seen.tuning()))
                    .isCloseTo(truth.of(seen.probability(), seen.tokens(), seen.tuning()), within(0.1));
        }
    }

    @Test
    void refusesToFitNothing() {
        assertThatThrownBy(() -> new AnswerFit(List.of()).fit()).hasMessage("no answer of a tuned task was observed");
    }

    @Test
    void staysFiniteWhereAllAnswersAreRight() {
        TuningSummary tuning = new TuningSummary(Outcome.TUNED, 6, 3, 0.1);
        List<AnswerObservation> observations =
                List.of(new AnswerObservation(1, 1, tuning, true), new AnswerObservation(0.9, 5, tuning, true));

        AnswerConfidence fitted = new AnswerFit(observations).fit();

        assertThat(fitted.of(0.9, 5, tuning)).isBetween(0.9, 1.0);
    }
}
