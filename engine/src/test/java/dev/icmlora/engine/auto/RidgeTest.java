package dev.icmlora.engine.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

class RidgeTest {

    private final Random random = new Random(3);

    private double[][] rows(int count, int width) {
        var rows = new double[count][width];
        for (var row : rows) {
            for (var i = 0; i < width; i++) {
                row[i] = random.nextGaussian();
            }
        }
        return rows;
    }

    private static double[][] kernel(double[][] rows, double[][] others) {
        var kernel = new double[rows.length][others.length];
        for (var i = 0; i < rows.length; i++) {
            for (var j = 0; j < others.length; j++) {
                kernel[i][j] = Ridge.dot(rows[i], others[j], rows[i].length);
            }
        }
        return kernel;
    }

    private static double[][] without(double[][] rows, int left) {
        var fewer = new double[rows.length - 1][];
        for (var i = 0; i < fewer.length; i++) {
            fewer[i] = rows[i < left ? i : i + 1];
        }
        return fewer;
    }

    /// They solve (kernel + strength) weights + offset = targets, and their sum is 0.
    @Test
    void theWeightsSolveTheEquation() {
        var features = rows(9, 4);
        var kernel = kernel(features, features);
        var targets = rows(9, 3);

        var ridge = Ridge.of(kernel, targets, 0.5);

        for (var i = 0; i < 9; i++) {
            for (var target = 0; target < 3; target++) {
                var sum = ridge.offsets()[target] + 0.5 * ridge.weights()[i][target];
                for (var j = 0; j < 9; j++) {
                    sum += kernel[i][j] * ridge.weights()[j][target];
                }
                assertThat(sum).isCloseTo(targets[i][target], within(1e-9));
            }
        }
        for (var target = 0; target < 3; target++) {
            var place = target;
            assertThat(Arrays.stream(ridge.weights())
                            .mapToDouble(row -> row[place])
                            .sum())
                    .isCloseTo(0, within(1e-9));
        }
    }

    /// As a fit without that example says.
    @Test
    void whatIsLeftOutIsToldByTheOthers() {
        var features = rows(11, 5);
        var targets = rows(11, 2);

        var ridge = Ridge.of(kernel(features, features), targets, 0.3);

        for (var left = 0; left < 11; left++) {
            var others = without(features, left);
            var fewer = Ridge.of(kernel(others, others), without(targets, left), 0.3);
            var of = kernel(new double[][] {features[left]}, others)[0];
            for (var target = 0; target < 2; target++) {
                var told = fewer.offsets()[target];
                for (var j = 0; j < of.length; j++) {
                    told += of[j] * fewer.weights()[j][target];
                }
                assertThat(ridge.leftOut()[left][target]).isCloseTo(told, within(1e-9));
            }
        }
    }

    /// Around the mean of all examples, the mean of those that are left lies opposite the one that is not.
    @Test
    void whereTheFeaturesHaveTheirOriginMakesNoDifference() {
        var features = rows(8, 5);
        var moved = Arrays.stream(features)
                .map(row -> Arrays.stream(row).map(each -> each + 3).toArray())
                .toArray(double[][]::new);
        var targets = rows(8, 1);

        var here = Ridge.of(kernel(features, features), targets, 0.1);
        var there = Ridge.of(kernel(moved, moved), targets, 0.1);

        for (var i = 0; i < 8; i++) {
            assertThat(there.leftOut()[i]).containsExactly(here.leftOut()[i], within(1e-8));
        }
    }
}
