package dev.icmlora.trainer.curriculum;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Randomness that depends on nothing but its arguments, so a resumed run draws what an uninterrupted one would have.
public final class StepRandom {
    /// 2^64 divided by the golden ratio: neighbouring steps get seeds that are far apart.
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private StepRandom() {}

    public static RandomGenerator of(long seed, long step) {
        return new SplittableRandom(new SplittableRandom(seed + SPREAD * (step + 1)).nextLong());
    }
}
