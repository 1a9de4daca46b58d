package dev.icmlora.trainer.generator;

import ai.djl.ndarray.NDArray;

/// How a KL divergence between latent distributions counts in a loss.
///
/// @param beta its weight
/// @param warmUp steps until that is reached
public record KlTerm(float beta, int warmUp) {

    /// @param divergence of each dimension `[tasks, latent]`
    /// @return the mean over the tasks
    public NDArray of(NDArray divergence) {
        // Rounding may take a dimension that says nothing a little below zero.
        return divergence.maximum(0f).sum().div(divergence.getShape().get(0));
    }

    public float weight(long step) {
        return beta * Math.min(1, (step + 1f) / warmUp);
    }
}
