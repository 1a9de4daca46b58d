package dev.icmlora.trainer.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Mean of paired differences with a 95 % interval, by resampling the pairs (percentile bootstrap, Efron 1979).
///
/// @param mean of all differences
/// @param low 2.5 % quantile of the resampled means
/// @param high 97.5 % quantile
record PairedBootstrap(double mean, double low, double high) {
    private static final int RESAMPLES = 10_000;
    private static final long SEED = 1;

    /// @param differences one for each task: the tasks are what was sampled, so they are what is resampled
    static PairedBootstrap of(double[] differences) {
        if (differences.length == 0) {
            throw new IllegalArgumentException("no differences");
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int k = 0; k < differences.length; k++) {
                sum += differences[random.nextInt(differences.length)];
            }
            means[i] = sum / differences.length;
        }
        Arrays.sort(means);
        return new PairedBootstrap(
                Arrays.stream(differences).average().orElseThrow(), quantile(means, 0.025), quantile(means, 0.975));
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
