package dev.icmlora.trainer.calibration;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

import dev.icmlora.engine.auto.AutoMode.Way;
import dev.icmlora.engine.tune.Tuning;

/// The inputs of selection for a task, and the score of each way to serve it.
///
/// @param seen whether the generator was trained on it
/// @param distance to the nearest seen task
/// @param tuning what tuning saw; empty where the task brought too few examples
/// @param right share of inputs that each way answers exactly
record Observation(boolean seen, OptionalDouble distance, Optional<Tuning.Summary> tuning, Map<Way, Double> right) {

    Observation {
        right = Map.copyOf(right);
    }
}
