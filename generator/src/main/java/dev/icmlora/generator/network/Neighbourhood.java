package dev.icmlora.generator.network;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/// How near a latent is to those of the tasks that the generator was trained on.
///
/// The distance is Mahalanobis' with independent dimensions: the root mean square over dimensions, each in units of
/// its standard deviation over the seen tasks.
final class Neighbourhood {
    private final List<float[]> latents;
    private final double[] variance;

    /// @param latents of these tasks; none for a generator that does not know them
    Neighbourhood(List<float[]> latents) {
        this.latents = latents;
        this.variance = latents.isEmpty() ? new double[0] : variance(latents);
    }

    private static double[] variance(List<float[]> latents) {
        var length = latents.getFirst().length;
        var sum = new double[length];
        var squares = new double[length];
        for (var latent : latents) {
            for (var i = 0; i < length; i++) {
                double value = latent[i];
                sum[i] += value;
                squares[i] += value * value;
            }
        }
        var n = latents.size();
        var variance = new double[length];
        Arrays.setAll(variance, i -> squares[i] / n - sum[i] / n * (sum[i] / n));
        return variance;
    }

    /// Distance to the nearest task; empty where none is known.
    OptionalDouble distance(float[] latent) {
        return latents.stream().mapToDouble(seen -> distance(latent, seen)).min();
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
