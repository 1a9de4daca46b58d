package dev.icmlora.trainer.calibration;

import java.util.List;
import java.util.OptionalDouble;

import dev.icmlora.engine.scoring.ScoredCandidate;

/// What selection saw of a task, and what would have come of each choice.
///
/// @param task id
/// @param seen whether the generator was trained on it
/// @param examples distinct examples that the task brought
/// @param distance to the nearest seen task
/// @param scored all candidates on the task's examples, as selection proposes them
/// @param right share of the task's test inputs that each candidate answers exactly, in the order of the scored
record Observation(
        String task,
        boolean seen,
        int examples,
        OptionalDouble distance,
        List<ScoredCandidate> scored,
        List<Double> right) {

    double rightOf(ScoredCandidate candidate) {
        return right.get(scored.indexOf(candidate));
    }
}
