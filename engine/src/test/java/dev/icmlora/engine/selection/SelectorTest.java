package dev.icmlora.engine.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

class SelectorTest {
    private static final Calibration CALIBRATION = new Calibration(
            new Confidence(-3, 2, 4), new Familiarity(0.6, 0.8, 0.3), Optional.empty(), Optional.empty());

    private final Selector selector = new Selector(CALIBRATION);

    @Test
    void threeDistinctExamplesAreTunedOn() {
        Example cat = new Example("cat", "cats");
        Example dog = new Example("dog", "dogs");
        Example ox = new Example("ox", "oxen");

        assertThat(Selector.isTuned(new Task("", List.of(cat, dog, ox)))).isTrue();
        assertThat(Selector.isTuned(new Task("", List.of(cat, dog)))).isFalse();
        assertThat(Selector.isTuned(new Task("", List.of(cat, dog, cat, dog)))).isFalse();
        assertThat(Selector.isTuned(new Task("Do it.", List.of()))).isFalse();
    }

    @Test
    void aTaskThatWasTunedIsServedByItsAdapterAlone() {
        assertThat(selector.choose(tuned(1, 0.1), true).way()).isEqualTo(Way.TUNED);
        assertThat(selector.choose(tuned(9, 0.1), false).way()).isEqualTo(Way.TUNED);
    }

    @Test
    void afterATuningThatDivergedTheSharedAdapterServes() {
        TuningSummary diverged = new TuningSummary(Outcome.DIVERGED, 1, 1, 1);

        assertThat(selector.choose(diverged, true).way()).isEqualTo(Way.SHARED_EXAMPLES);
        assertThat(selector.choose(diverged, false).way()).isEqualTo(Way.SHARED);
    }

    @Test
    void whatIsLearnedBetterIsAnsweredWithMoreConfidence() {
        double learned = selector.choose(tuned(1, 0.01), true).confidence();
        double notLearned = selector.choose(tuned(1, 2), true).confidence();

        assertThat(learned).isBetween(notLearned, 1.0);
        assertThat(notLearned).isPositive();
    }

    @Test
    void untunedTheDistanceToSeenTasksDecides() {
        assertThat(selector.choose(OptionalDouble.of(0.5), true)).isEqualTo(new Choice(Way.GENERATED, 0.8));
        assertThat(selector.choose(OptionalDouble.of(0.7), true)).isEqualTo(new Choice(Way.SHARED_EXAMPLES, 0.3));
        assertThat(selector.choose(OptionalDouble.of(0.7), false)).isEqualTo(new Choice(Way.SHARED, 0.3));
        assertThat(selector.choose(OptionalDouble.empty(), true).way()).isEqualTo(Way.GENERATED);
    }

    private static TuningSummary tuned(double before, double after) {
        return new TuningSummary(Outcome.TUNED, 6, before, after);
    }
}
