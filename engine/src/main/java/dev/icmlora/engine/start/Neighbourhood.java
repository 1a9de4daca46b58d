package dev.icmlora.engine.start;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

import dev.icmlora.generator.network.SeenTask;

/// How near a latent is to those of the tasks that the generator was trained on.
///
/// The distance is Mahalanobis' with independent dimensions: the root mean square over dimensions, each in units of its
/// standard deviation over the seen tasks.
final class Neighbourhood {
    private final List<SeenTask> tasks;
    private final double[] variance;

    /// @param tasks none for a generator that does not know them
    Neighbourhood(List<SeenTask> tasks) {
        this.tasks = tasks;
        this.variance = tasks.isEmpty() ? new double[0] : variance(tasks);
    }

    private static double[] variance(List<SeenTask> tasks) {
        var length = tasks.getFirst().latent().length;
        var sum = new double[length];
        var squares = new double[length];
        for (SeenTask task : tasks) {
            for (var i = 0; i < length; i++) {
                double value = task.latent()[i];
                sum[i] += value;
                squares[i] += value * value;
            }
        }
        var n = tasks.size();
        var variance = new double[length];
        Arrays.setAll(variance, i -> squares[i] / n - sum[i] / n * (sum[i] / n));
        return variance;
    }

    /// Distance to the nearest task; empty where none is known.
    OptionalDouble distance(float[] latent) {
        return tasks.stream()
                .mapToDouble(task -> distance(latent, task.latent()))
                .min();
    }

    private double distance(float[] a, float[] b) {
        var sum = 0.0;
        var used = 0;
        for (var i = 0; i < variance.length; i++) {
            // A dimension in which all seen tasks agree tells nothing apart.
            if (variance[i] > 1e-12) {
                double difference = a[i] - b[i];
                sum += difference * difference / variance[i];
                used++;
            }
        }
        return used == 0 ? 0 : Math.sqrt(sum / used);
    }
}
