package dev.icmlora.trainer.calibration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A logistic curve through observations: Newton's method on the cross entropy, with the greatest curvature that it can
/// have in place of its own, so that no step goes too far.
final class LogisticFit {
    private static final int STEPS = 10_000;
    /// The curve is found when no weight moves farther in a step.
    private static final double SETTLED = 1e-12;
    private static final double GREATEST_SLOPE = 0.25;
    /// Keeps the curve from growing steeper than a few dozen tasks can vouch for.
    private static final double RIDGE = 1e-3;

    private final List<double[]> seen = new ArrayList<>();
    private final List<Double> chances = new ArrayList<>();

    /// @param of what the curve is over, of the same length each time
    /// @param chance that was observed, 0 to 1
    void add(double[] of, double chance) {
        double[] withIntercept = new double[of.length + 1];
        withIntercept[0] = 1;
        System.arraycopy(of, 0, withIntercept, 1, of.length);
        seen.add(withIntercept);
        chances.add(chance);
    }

    /// @param size length of what the curve is over
    /// @return the intercept, and what a unit of each adds to the log odds; all 0 without observations
    double[] weights(int size) {
        double[] weights = new double[size + 1];
        double[][] curvature = curvature(weights.length);
        double change = Double.MAX_VALUE;
        for (int step = 0; step < STEPS && change > SETTLED; step++) {
            double[] changes = solved(curvature, slope(weights));
            change = 0;
            for (int k = 0; k < weights.length; k++) {
                weights[k] -= changes[k];
                change = Math.max(change, Math.abs(changes[k]));
            }
        }
        return weights;
    }

    /// The bound on the second derivatives of the mean cross entropy, wherever the weights are.
    private double[][] curvature(int size) {
        double[][] curvature = new double[size][size];
        for (int k = 0; k < size; k++) {
            curvature[k][k] = RIDGE;
        }
        for (double[] of : seen) {
            for (int k = 0; k < size; k++) {
                for (int j = 0; j < size; j++) {
                    curvature[k][j] += GREATEST_SLOPE / seen.size() * of[k] * of[j];
                }
            }
        }
        return curvature;
    }

    /// The first derivatives.
    private double[] slope(double[] weights) {
        double[] slope = new double[weights.length];
        for (int k = 0; k < slope.length; k++) {
            slope[k] = RIDGE * weights[k];
        }
        for (int i = 0; i < seen.size(); i++) {
            double[] of = seen.get(i);
            double error = (chance(weights, of) - chances.get(i)) / seen.size();
            for (int k = 0; k < slope.length; k++) {
                slope[k] += error * of[k];
            }
        }
        return slope;
    }

    private static double chance(double[] weights, double[] of) {
        double logOdds = 0;
        for (int k = 0; k < weights.length; k++) {
            logOdds += weights[k] * of[k];
        }
        return 1 / (1 + Math.exp(-logOdds));
    }

    /// Gauss's elimination; the ridge makes every pivot positive.
    private static double[] solved(double[][] matrix, double[] right) {
        int size = right.length;
        double[][] system = new double[size][];
        for (int k = 0; k < size; k++) {
            system[k] = Arrays.copyOf(matrix[k], size + 1);
            system[k][size] = right[k];
        }
        for (int k = 0; k < size; k++) {
            for (int row = 0; row < size; row++) {
                double factor = row == k ? 0 : system[row][k] / system[k][k];
                for (int column = k; factor != 0 && column <= size; column++) {
                    system[row][column] -= factor * system[k][column];
                }
            }
        }
        double[] solution = new double[size];
        for (int k = 0; k < size; k++) {
            solution[k] = system[k][size] / system[k][k];
        }
        return solution;
    }
}
