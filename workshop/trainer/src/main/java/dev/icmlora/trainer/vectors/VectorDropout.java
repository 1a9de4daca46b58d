package dev.icmlora.trainer.vectors;

import java.util.random.RandomGenerator;

/// Leaves some of a task vector's values out, so that no task is known by a few of them.
///
/// @param share of the values, 0 to below 1
public record VectorDropout(double share) {
    public VectorDropout {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("vector dropout is from 0 to below 1, not " + share);
        }
    }

    /// Some values unseen (zero, their mean) and the others as much greater.
    ///
    /// @param vector standardised
    public float[] of(float[] vector, RandomGenerator random) {
        float kept = (float) (1 / (1 - share));
        float[] dropped = vector.clone();
        for (int i = 0; i < dropped.length; i++) {
            dropped[i] *= random.nextDouble() < share ? 0 : kept;
        }
        return dropped;
    }
}
