package dev.icmlora.generator.vector;

/// A task as the base model sees it: three hidden states, of the layer that the generator was trained with, and
/// which of them are present.
///
/// Layout of `values`, each part `hidden` floats wide: the state at the description's last token; the mean over the
/// positions that predict an answer's first token; the mean over the answers' last tokens; then two flags (1 or 0):
/// there is a description, there are examples. An absent part is zero.
///
/// This departs from ICM-LoRA section 3.2, which reads the last token of the model *with the task's LoRA attached*:
/// a new task has no LoRA yet.
///
/// @param values `3 * hidden + 2` floats, not standardised
public record TaskVector(float[] values) {
    /// Length of a task vector for a base model of `hidden` units.
    public static int length(int hidden) {
        return 3 * hidden + 2;
    }

    /// Per-dimension statistics of the training tasks' vectors, so that every dimension counts alike.
    ///
    /// @param mean mean of each dimension
    /// @param deviation standard deviation of each dimension, [#FLOOR] or more
    public record Standardization(float[] mean, float[] deviation) {
        /// The least deviation.
        public static final float FLOOR = 1e-3f;
        /// A dimension far outside what training saw would drive the prior network anywhere; it is clipped.
        private static final float LIMIT = 8;

        public Standardization {
            if (mean.length != deviation.length) {
                throw new IllegalArgumentException(
                        "mean has " + mean.length + " dimensions, deviation has " + deviation.length);
            }
            for (int i = 0; i < mean.length; i++) {
                if (!Float.isFinite(mean[i]) || !(deviation[i] >= FLOOR)) {
                    throw new IllegalArgumentException("statistics of dimension " + i + ": mean " + mean[i]
                            + ", deviation " + deviation[i] + " (deviation must be at least " + FLOOR + ")");
                }
            }
        }

        /// The standardised values, clipped to ±8 deviations.
        public float[] apply(TaskVector vector) {
            float[] values = vector.values();
            if (values.length != mean.length) {
                throw new IllegalArgumentException(
                        "task vector of " + values.length + " values, expected " + mean.length);
            }
            float[] standardised = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                standardised[i] = Math.clamp((values[i] - mean[i]) / deviation[i], -LIMIT, LIMIT);
            }
            return standardised;
        }
    }
}
