package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.util.Arrays;

/// Ridge regression by a kernel, and what it says of each example where that is left out, which needs no second
/// fit. The offset is held back by nothing, so that it makes no difference where the features have their origin:
/// around the mean of all examples, each one would be told by the others, whose mean lies opposite.
///
/// @param weights of the examples, for each target
/// @param offsets of the targets
/// @param leftOut targets of each example as the others tell them
record Ridge(double[][] weights, double[] offsets, double[][] leftOut) implements Serializable {

    /// @param kernel of the examples, symmetric, none of its eigenvalues below 0
    /// @param targets of each example, of two or more
    /// @param strength above 0, that holds the weights back
    static Ridge of(double[][] kernel, double[][] targets, double strength) {
        var count = targets[0].length;
        var inverse = inverse(cholesky(kernel, strength));
        var half = products(inverse, withOnes(targets));
        // What solves without an offset, for the targets and, last, for ones.
        var solved = new double[targets.length][count + 1];
        var diagonal = new double[targets.length];
        for (var k = 0; k < inverse.length; k++) {
            for (var i = 0; i <= k; i++) {
                diagonal[i] += inverse[k][i] * inverse[k][i];
                add(inverse[k][i], half[k], solved[i], count + 1);
            }
        }
        var sum = Arrays.stream(solved).mapToDouble(row -> row[count]).sum();
        var offsets = new double[count];
        for (var i = 0; i < targets.length; i++) {
            add(solved[i][count] / sum, targets[i], offsets, count);
        }
        var weights = new double[targets.length][];
        var leftOut = new double[targets.length][];
        for (var i = 0; i < targets.length; i++) {
            var ones = solved[i][count];
            weights[i] = Arrays.copyOf(solved[i], count);
            add(-ones, offsets, weights[i], count);
            leftOut[i] = targets[i].clone();
            add(-1 / (diagonal[i] - ones * ones / sum), weights[i], leftOut[i], count);
        }
        return new Ridge(weights, offsets, leftOut);
    }

    private static double[][] withOnes(double[][] targets) {
        var with = new double[targets.length][];
        for (var i = 0; i < with.length; i++) {
            with[i] = Arrays.copyOf(targets[i], targets[i].length + 1);
            with[i][targets[i].length] = 1;
        }
        return with;
    }

    /// The lower triangle L of which `kernel + strength * identity` is the product with its own transposed.
    private static double[][] cholesky(double[][] kernel, double strength) {
        var lower = new double[kernel.length][];
        for (var i = 0; i < lower.length; i++) {
            lower[i] = Arrays.copyOf(kernel[i], i + 1);
            lower[i][i] += strength;
            for (var j = 0; j < i; j++) {
                lower[i][j] = (lower[i][j] - dot(lower[i], lower[j], j)) / lower[j][j];
            }
            // Rounding alone takes it below the strength.
            lower[i][i] = Math.sqrt(Math.max(strength, lower[i][i] - dot(lower[i], lower[i], i)));
        }
        return lower;
    }

    /// Of a lower triangle.
    private static double[][] inverse(double[][] lower) {
        var inverse = new double[lower.length][];
        for (var i = 0; i < lower.length; i++) {
            inverse[i] = new double[i + 1];
            for (var k = 0; k < i; k++) {
                add(-lower[i][k], inverse[k], inverse[i], k + 1);
            }
            inverse[i][i] = 1;
            for (var j = 0; j <= i; j++) {
                inverse[i][j] /= lower[i][i];
            }
        }
        return inverse;
    }

    private static double[][] products(double[][] lower, double[][] columns) {
        var products = new double[lower.length][columns[0].length];
        for (var i = 0; i < lower.length; i++) {
            for (var k = 0; k <= i; k++) {
                add(lower[i][k], columns[k], products[i], columns[k].length);
            }
        }
        return products;
    }

    /// Adds the multiple of one row to another.
    static void add(double factor, double[] row, double[] to, int length) {
        for (var i = 0; i < length; i++) {
            to[i] += factor * row[i];
        }
    }

    /// Of the first numbers of two rows. Four sums side by side take a quarter of the time.
    static double dot(double[] a, double[] b, int length) {
        var i = 0;
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (; i + 3 < length; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < length; i++) {
            s0 += a[i] * b[i];
        }
        return s0 + s1 + s2 + s3;
    }
}
