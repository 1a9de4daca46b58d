package dev.icmlora.trainer.generator;

import ai.djl.ndarray.NDArray;

/// How a KL divergence between latent distributions counts in a loss.
///
/// @param beta its weight
/// @param warmUp steps until that is reached
/// @param freeBits KL of a latent dimension, in nats, that costs nothing
record KlTerm(float beta, int warmUp, float freeBits) {

    /// @param divergence of each dimension `[tasks, latent]`
    /// @return the mean over the tasks
    NDArray of(NDArray divergence) {
        return divergence.maximum(freeBits).sum().div(divergence.getShape().get(0));
    }

    float weight(long step) {
        return beta * Math.min(1, (step + 1f) / warmUp);
    }
}
