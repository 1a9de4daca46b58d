package dev.icmlora.generator.network;

import java.util.SplittableRandom;

/// The learned prior p(z | task vector): a normal distribution with independent dimensions.
///
/// @param mean mean of each latent dimension; the latent for temperature 0
/// @param logVariance logarithm of each dimension's variance
public record LatentDistribution(float[] mean, float[] logVariance) {
    /// A latent drawn with a seed: the same seed gives the same latent on every machine.
    public float[] sample(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] latent = new float[mean.length];
        for (int i = 0; i < latent.length; i++) {
            latent[i] = (float) (mean[i] + Math.exp(0.5 * logVariance[i]) * random.nextGaussian());
        }
        return latent;
    }
}
