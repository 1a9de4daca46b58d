package dev.icmlora.trainer.calibration;

import java.io.Serializable;
import java.util.Map;

import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.tune.Tuning;

/// The inputs of selection for a task, and the score of each way to serve it.
///
/// @param seen whether the generator was trained on it
/// @param distance to the nearest seen task; null where the generator knows none
/// @param tuning what tuning saw; null where the task brought too few examples
/// @param right share of inputs that each way answers exactly
record Observation(boolean seen, Double distance, Tuning.Summary tuning, Map<Way, Double> right)
        implements Serializable {

    Observation {
        right = Map.copyOf(right);
    }
}
