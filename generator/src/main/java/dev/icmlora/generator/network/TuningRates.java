package dev.icmlora.generator.network;

import java.util.List;

/// Factors by which the matrices of adapters are tuned faster or slower than a step's rate.
///
/// A matrix B is changed in proportion to its gain, which is how many times larger the base model's matrix makes what
/// goes into it. So tuning changes the same share of what a matrix does in every model, though weights of one are
/// several times those of another. Both numbers were chosen on validation tasks of the default base model and
/// of Gemma 3 270M.
public enum TuningRates {
    /// For adapters that change nothing before they are tuned.
    FROM_NOTHING(0.43),

    /// For those that a generator makes.
    FROM_TRAINED(0.215);

    private static final double LEAST = 0.01;
    private static final double MOST = 100;

    private final double ofGainOne;

    TuningRates(double ofGainOne) {
        this.ofGainOne = ofGainOne;
    }

    /// @param gains of the matrices, in an adapter's order
    public List<Float> of(List<Double> gains) {
        return gains.stream().map(this::of).toList();
    }

    private float of(double gain) {
        // A matrix that holds a NaN has that for its gain.
        return (float) (gain > 0 ? Math.clamp(ofGainOne * gain, LEAST, MOST) : LEAST);
    }
}
