package dev.icmlora.engine.tune;

/// Options of a tuning: steps of Adam on B with a rate that falls in a line.
///
/// @param steps 1 to [#MAX_STEPS]; an early stop may take fewer
/// @param rate of the first step
/// @param lastRateShare the rate of the last step as a share of the first, above 0 and at most 1
/// @param decayOfMean Adam's beta 1
/// @param decayOfSquares Adam's beta 2
/// @param examplesPerStep examples whose gradients make a step; more where their number does not divide, and up to
/// [#MOST_PER_STEP] where the steps would not come to all of them one and a half times otherwise
public record TuningOptions(
        int steps, float rate, float lastRateShare, float decayOfMean, float decayOfSquares, int examplesPerStep) {
    public static final int MAX_STEPS = 1000;
    public static final int MOST_PER_STEP = 8;

    private static final float RATE = 2.25e-3f;
    private static final float RATE_FROM_NOTHING = 1.5e-3f;
    private static final float LAST_RATE_SHARE = 0.3f;
    private static final float DECAY_OF_MEAN = 0.9f;
    private static final float DECAY_OF_SQUARES = 0.95f;
    private static final int EXAMPLES_PER_STEP = 4;

    private static final int FEW_EXAMPLES = 5;
    private static final int STEPS_FOR_FEW = 6;
    private static final int MANY_EXAMPLES = 16;
    private static final int STEPS_FOR_MANY = 12;

    public TuningOptions {
        if (steps < 1 || steps > MAX_STEPS) {
            throw new IllegalArgumentException("steps are 1 to " + MAX_STEPS + ", not " + steps);
        }
        requireWithin("rate", rate, Float.MIN_NORMAL, 1);
        requireWithin("lastRateShare", lastRateShare, Float.MIN_NORMAL, 1);
        requireWithin("decayOfMean", decayOfMean, 0, Math.nextDown(1f));
        requireWithin("decayOfSquares", decayOfSquares, 0, Math.nextDown(1f));
        if (examplesPerStep < 1 || examplesPerStep > MOST_PER_STEP) {
            throw new IllegalArgumentException(
                    "a step is of 1 to " + MOST_PER_STEP + " examples, not " + examplesPerStep);
        }
    }

    /// 6 steps for up to five examples, 12 from sixteen on, a line between.
    public static TuningOptions forExamples(int examples) {
        int beyond = Math.clamp(examples, FEW_EXAMPLES, MANY_EXAMPLES) - FEW_EXAMPLES;
        int more = Math.round((float) beyond * (STEPS_FOR_MANY - STEPS_FOR_FEW) / (MANY_EXAMPLES - FEW_EXAMPLES));
        return new TuningOptions(
                STEPS_FOR_FEW + more, RATE, LAST_RATE_SHARE, DECAY_OF_MEAN, DECAY_OF_SQUARES, EXAMPLES_PER_STEP);
    }

    /// 12 steps, for adapters that change nothing yet: what a trained start knows they have to learn. Without one, a
    /// larger rate and fewer examples a step were not measured.
    public static TuningOptions fromNothing() {
        return new TuningOptions(
                STEPS_FOR_MANY, RATE_FROM_NOTHING, LAST_RATE_SHARE, DECAY_OF_MEAN, DECAY_OF_SQUARES, MOST_PER_STEP);
    }

    /// Into how many parts of about the same size so many examples are cut, of which each step takes one.
    ///
    /// @param examples 1 or more
    public int batches(int examples) {
        int usual = Math.clamp(examples / examplesPerStep, 1, Math.max(1, steps * 2 / 3));
        return Math.max(usual, Math.ceilDiv(examples, MOST_PER_STEP));
    }

    public TuningOptions withSteps(int wanted) {
        return new TuningOptions(wanted, rate, lastRateShare, decayOfMean, decayOfSquares, examplesPerStep);
    }

    /// @param step counted from 0
    public float rateOf(int step) {
        float done = steps == 1 ? 0 : (float) step / (steps - 1);
        return rate * (1 - done * (1 - lastRateShare));
    }

    private static void requireWithin(String name, float value, float least, float most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }
}
