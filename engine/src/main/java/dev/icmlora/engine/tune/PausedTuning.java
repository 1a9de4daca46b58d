package dev.icmlora.engine.tune;

import java.util.List;

/// Where a tuning stood that was ended before its last step. From here it goes on to the bytes that it would have come
/// to without a pause, given the same adapter, examples and options.
public final class PausedTuning {
    final int step;
    final double lossOfStep;
    final double[] before;
    final double[] latest;
    /// These three as [TuningState.Adam] has them.
    final List<float[]> weights;

    final List<float[]> means;
    final List<float[]> squares;

    /// @param step steps that were taken
    /// @param before of each example, when a step first came to it
    /// @param latest of each example, when a step last came to it
    public PausedTuning(
            int step,
            double lossOfStep,
            double[] before,
            double[] latest,
            List<float[]> weights,
            List<float[]> means,
            List<float[]> squares) {
        this.step = step;
        this.lossOfStep = lossOfStep;
        this.before = before;
        this.latest = latest;
        this.weights = weights;
        this.means = means;
        this.squares = squares;
    }

    /// Steps that were taken.
    public int steps() {
        return step;
    }

    /// Memory that it takes.
    public long bytes() {
        long floats = weights.stream().mapToLong(matrix -> matrix.length).sum();
        return 3 * floats * Float.BYTES + 2L * before.length * Double.BYTES;
    }
}
