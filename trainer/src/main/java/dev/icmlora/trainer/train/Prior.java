package dev.icmlora.trainer.train;

import java.util.Arrays;

/// Where a latent z comes from.
enum Prior {
    /// A normal distribution that depends on the task vector: z is all that the decoder is told of the task.
    LEARNED,
    /// N(0, I) for every task, as in ICM-LoRA (arXiv 2501.17635 section 3.3); the decoder is told the task by a code of
    /// its vector beside what is drawn. Half of the latent's dimensions, the first ones, are that code.
    STANDARD;

    /// Of a code's dimensions. A generator file has a variance for all; a deviation of exp(-20) changes nothing.
    private static final float CODE_LOG_VARIANCE = -40;

    /// How many of the latent's dimensions, the first ones, are a code of the task vector and not drawn.
    int coded(int latent) {
        return this == LEARNED ? 0 : latent / 2;
    }

    /// The log variance of each dimension, the same for all tasks; meaningless where the prior is learned.
    float[] logVariance(int latent) {
        float[] logVariance = new float[latent];
        Arrays.fill(logVariance, 0, coded(latent), CODE_LOG_VARIANCE);
        return logVariance;
    }
}
