package dev.icmlora.generator.vector;

/// Per-dimension statistics of the training tasks' vectors, so that every dimension counts alike.
///
/// @param mean mean of each dimension
/// @param deviation standard deviation of each dimension, never below a small positive floor
public record Standardization(float[] mean, float[] deviation) {
    private static final float FLOOR = 1e-3f;
    /// A dimension far outside what training saw would drive the prior network anywhere; it is clipped.
    private static final float LIMIT = 8;

    public Standardization {
        if (mean.length != deviation.length) {
            throw new IllegalArgumentException(
                    "mean has " + mean.length + " dimensions, deviation has " + deviation.length);
        }
        for (int i = 0; i < mean.length; i++) {
            if (!Float.isFinite(mean[i]) || !(deviation[i] >= FLOOR)) {
                throw new IllegalArgumentException("statistics of dimension " + i + ": mean " + mean[i] + ", deviation "
                        + deviation[i] + " (deviation must be at least " + FLOOR + ")");
            }
        }
    }

    /// Statistics over a set of vectors of equal length.
    public static Standardization over(Iterable<TaskVector> vectors) {
        double[] sum = null;
        double[] squares = null;
        long count = 0;
        for (TaskVector vector : vectors) {
            float[] values = vector.values();
            if (sum == null) {
                sum = new double[values.length];
                squares = new double[values.length];
            }
            for (int i = 0; i < values.length; i++) {
                sum[i] += values[i];
                squares[i] += (double) values[i] * values[i];
            }
            count++;
        }
        if (count == 0) {
            throw new IllegalArgumentException("no vectors to take statistics of");
        }
        float[] mean = new float[sum.length];
        float[] deviation = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            mean[i] = (float) (sum[i] / count);
            double variance = Math.max(0, squares[i] / count - (sum[i] / count) * (sum[i] / count));
            deviation[i] = Math.max(FLOOR, (float) Math.sqrt(variance));
        }
        return new Standardization(mean, deviation);
    }

    /// The standardised values, clipped to ±8 deviations.
    public float[] apply(TaskVector vector) {
        float[] values = vector.values();
        if (values.length != mean.length) {
            throw new IllegalArgumentException("task vector of " + values.length + " values, expected " + mean.length);
        }
        float[] standardised = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            standardised[i] = Math.clamp((values[i] - mean[i]) / deviation[i], -LIMIT, LIMIT);
        }
        return standardised;
    }
}
