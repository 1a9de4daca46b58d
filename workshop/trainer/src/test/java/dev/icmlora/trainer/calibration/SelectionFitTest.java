package dev.icmlora.trainer.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Calibration;
import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;

/// On observations whose best numbers are known.
class SelectionFitTest {

    @Test
    void confidenceFollowsWhatWasRight() {
        List<Observation> observations = new ArrayList<>();
        for (boolean seen : List.of(true, false)) {
            observations.add(tuned(seen, 0.1, 0.9));
            observations.add(tuned(seen, 4, 0.1));
        }

        Calibration calibration = new SelectionFit(observations).fit();

        assertThat(calibration.ofTask(summary(0.1))).isCloseTo(0.9, within(0.05));
        assertThat(calibration.ofTask(summary(4))).isCloseTo(0.1, within(0.05));
    }

    @Test
    void theDistanceSeparatesWhereTheAdapterServesFromWhereExamplesDo() {
        List<Observation> observations = List.of(
                untuned(true, 0.5, 0.9, 0.4),
                untuned(true, 0.7, 0.8, 0.3),
                untuned(false, 2, 0.1, 0.6),
                untuned(false, 3, 0, 0.5));

        Calibration calibration = new SelectionFit(observations).fit();

        assertThat(calibration.near()).isEqualTo(0.7);
        assertThat(calibration.known()).isCloseTo(0.85, within(1e-9));
        assertThat(calibration.unknown()).isCloseTo(0.55, within(1e-9));
    }

    private static Observation tuned(boolean seen, double loss, double right) {
        return new Observation(seen, null, summary(loss), Map.of(Way.TUNED, right));
    }

    private static Tuning.Summary summary(double loss) {
        return new Tuning.Summary(Outcome.TUNED, 6, loss, loss / 4);
    }

    private static Observation untuned(boolean seen, double distance, double alone, double shown) {
        return new Observation(
                seen, distance, null, Map.of(Way.GENERATED, alone, Way.SHARED, 0.0, Way.SHARED_EXAMPLES, shown));
    }
}
