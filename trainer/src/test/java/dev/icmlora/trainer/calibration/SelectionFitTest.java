package dev.icmlora.trainer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Confidence;
import dev.icmlora.engine.scoring.DecisionRule;
import dev.icmlora.engine.scoring.Familiarity;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.ScoredCandidate;

/// On observations whose best numbers are known.
class SelectionFitTest {

    @Test
    void theRuleServesTheCheapOneOnlyAsFarAsItIsAsGood() {
        List<Observation> observations = new ArrayList<>();
        for (boolean seen : List.of(true, false)) {
            // A small lead in loss means nothing, a large one is worth an answer in two.
            observations.add(compared(seen, 0.60, 0.5, 0.50, 0.5));
            observations.add(compared(seen, 1.10, 0.1, 0.50, 0.6));
        }

        DecisionRule rule = new SelectionFit(observations).rule();

        assertThat(rule.margin()).isBetween(0.1, 0.59);
        assertThat(new SelectionFit(observations).merit(rule).alone()).isEqualTo(0.5);
        assertThat(new SelectionFit(observations).merit(rule).right()).isCloseTo(0.55, within(1e-9));
    }

    @Test
    void theDistanceSeparatesWhereTheAdapterServesFromWhereExamplesDo() {
        List<Observation> observations = List.of(
                alone(true, 0.5, 0.9, 0.4),
                alone(true, 0.7, 0.8, 0.3),
                alone(false, 2, 0.1, 0.6),
                alone(false, 3, 0, 0.5));

        Familiarity familiarity = new SelectionFit(observations).familiarity();

        assertThat(familiarity.near()).isEqualTo(0.7);
        assertThat(new SelectionFit(observations).rightWith(familiarity)).isCloseTo(0.7, within(1e-9));
    }

    @Test
    void confidenceFollowsWhatWasRight() {
        List<Observation> observations = new ArrayList<>();
        for (boolean seen : List.of(true, false)) {
            observations.add(compared(seen, 0.01, 0.9, 0.01, 0.9));
            observations.add(compared(seen, 3, 0.1, 3, 0.1));
        }
        SelectionFit fit = new SelectionFit(observations);
        DecisionRule rule = new DecisionRule(0.1, 1, 0.1);

        Confidence confidence = fit.confidence(rule, new Familiarity(1));

        assertThat(confidence.ofScore(evidence(0.01))).isCloseTo(0.9, within(0.05));
        assertThat(confidence.ofScore(evidence(3))).isCloseTo(0.1, within(0.05));
    }

    private static Observation compared(
            boolean seen, double lossAlone, double rightAlone, double lossShown, double rightShown) {
        Origin mean = new Origin.Mean(new float[1], 1);
        return new Observation(
                "task",
                seen,
                5,
                OptionalDouble.empty(),
                List.of(
                        new ScoredCandidate(new Candidate(mean, PromptForm.DESCRIPTION), evidence(lossAlone)),
                        new ScoredCandidate(new Candidate(mean, PromptForm.EXAMPLES), evidence(lossShown))),
                List.of(rightAlone, rightShown));
    }

    private static Observation alone(boolean seen, double distance, double rightAlone, double rightShown) {
        Observation pair = compared(seen, 1, rightAlone, 1, rightShown);
        return new Observation("task", seen, 1, OptionalDouble.of(distance), pair.scored(), pair.right());
    }

    private static Score evidence(double loss) {
        return new Score(Collections.nCopies(5, new Score.OfExample(loss, 1, loss < 0.5)));
    }
}
