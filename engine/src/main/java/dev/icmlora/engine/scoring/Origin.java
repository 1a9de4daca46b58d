package dev.icmlora.engine.scoring;

/// Where a candidate's weights come from.
public sealed interface Origin {
    /// The base model without an adapter.
    record Base() implements Origin {}

    /// Weights that the generator's decoder makes of a latent.
    sealed interface Generated extends Origin {
        float[] latent();

        /// Of the residual on B0.
        default float strength() {
            return 1;
        }
    }

    /// The mean of the prior, which is what a generator makes when it is not asked for more. Strength 0 is B0 itself.
    record Mean(float[] latent, float strength) implements Generated {}

    /// The latent of a task that the generator was trained on.
    record Nearest(float[] latent, String task) implements Generated {}
}
