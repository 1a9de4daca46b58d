package dev.icmlora.engine.selection;

import java.util.OptionalDouble;

import dev.icmlora.engine.tune.TuningReport.Outcome;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.generator.task.Task;

/// Chooses how mode auto serves a task.
///
/// With enough examples the task is tuned and the tuned adapter serves, as surely as tuning saw it learn. With fewer,
/// the distance to the tasks that the generator was trained on decides.
public final class Selector {
    /// Distinct examples that tuning needs: fewer are learned by heart.
    public static final int LEAST_EXAMPLES = 3;

    private final Calibration calibration;

    public Selector(Calibration calibration) {
        this.calibration = calibration;
    }

    /// Whether a task has enough examples to tune on.
    public static boolean isTuned(Task task) {
        return task.examples().stream().distinct().limit(LEAST_EXAMPLES).count() == LEAST_EXAMPLES;
    }

    /// For a task that was tuned.
    ///
    /// @param examplesFit whether a prompt with the examples would fit into the context
    public Choice choose(TuningSummary tuning, boolean examplesFit) {
        Way way = Way.TUNED;
        if (tuning.outcome() == Outcome.DIVERGED) {
            // The shared adapter is left.
            way = examplesFit ? Way.SHARED_EXAMPLES : Way.SHARED;
        }
        return new Choice(way, calibration.confidence().of(tuning));
    }

    /// For a task that was not tuned: the generator's own adapter for one like those it knows. For any other, the
    /// shared adapter with the examples, if they fit.
    ///
    /// @param distance to the nearest task that the generator was trained on; empty where none is known
    /// @param examplesFit whether there are examples, and a prompt with them would fit into the context
    public Choice choose(OptionalDouble distance, boolean examplesFit) {
        Familiarity familiarity = calibration.familiarity();
        Way way;
        if (familiarity.trusts(distance)) {
            way = Way.GENERATED;
        } else {
            way = examplesFit ? Way.SHARED_EXAMPLES : Way.SHARED;
        }
        return new Choice(way, familiarity.confidence(distance));
    }
}
