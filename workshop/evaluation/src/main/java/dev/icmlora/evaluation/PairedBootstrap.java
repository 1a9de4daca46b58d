package dev.icmlora.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/// A figure over tasks with a 95 % interval, by resampling the tasks (percentile bootstrap, Efron 1979).
///
/// Both sides of a comparison come from the same resampled tasks, so what makes a task hard for both cancels out.
///
/// @param value over all tasks
/// @param low 2.5 % quantile over the resamples
/// @param high 97.5 % quantile
record PairedBootstrap(double value, double low, double high) {
    private static final int RESAMPLES = 10_000;
    private static final long SEED = 1;

    /// The mean.
    ///
    /// @param values one for each task: the tasks are what was sampled, so they are what is resampled
    static PairedBootstrap of(double[] values) {
        return of(values.length, tasks -> mean(values, tasks));
    }

    /// The ratio of two means. A resample whose denominator is 0 counts as an infinite ratio, as 1 if both are 0.
    static PairedBootstrap ratio(double[] numerators, double[] denominators) {
        return of(numerators.length, tasks -> {
            double numerator = mean(numerators, tasks);
            double denominator = mean(denominators, tasks);
            return numerator == denominator ? 1 : numerator / denominator;
        });
    }

    private static PairedBootstrap of(int tasks, ToDoubleFunction<int[]> figure) {
        if (tasks == 0) {
            throw new IllegalArgumentException("no tasks");
        }
        int[] chosen = new int[tasks];
        Arrays.setAll(chosen, i -> i);
        double value = figure.applyAsDouble(chosen);
        RandomGenerator random = new SplittableRandom(SEED);
        double[] resampled = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            Arrays.setAll(chosen, _ -> random.nextInt(tasks));
            resampled[i] = figure.applyAsDouble(chosen);
        }
        Arrays.sort(resampled);
        return new PairedBootstrap(value, quantile(resampled, 0.025), quantile(resampled, 0.975));
    }

    private static double mean(double[] values, int[] tasks) {
        double sum = 0;
        for (int task : tasks) {
            sum += values[task];
        }
        return sum / tasks.length;
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
