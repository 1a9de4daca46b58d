package dev.icmlora.engine.tune;

import java.util.List;
import java.util.function.Supplier;

/// Remembers the weights with which the held-out examples were best, and says when it is no use to go on.
final class EarlyStop {
    /// Looks in a row that may be worse than the best one.
    private static final int PATIENCE = 2;

    private double leastLoss = Double.POSITIVE_INFINITY;
    private List<float[]> best = List.of();
    private int bestStep;
    private int worse;

    /// @param step after which the loss was measured
    /// @param weights gives a copy of those that had it
    /// @return whether to go on
    boolean look(int step, double loss, Supplier<List<float[]>> weights) {
        if (loss < leastLoss) {
            leastLoss = loss;
            best = weights.get();
            bestStep = step;
            worse = 0;
            return true;
        }
        worse++;
        return worse < PATIENCE;
    }

    /// The weights of [#bestStep].
    List<float[]> best() {
        return best;
    }

    int bestStep() {
        return bestStep;
    }
}
