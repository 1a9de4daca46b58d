package dev.icmlora.function.serving;

import dev.icmlora.generator.task.Task;

/// What an adapter is generated from; equal blends give equal adapters.
///
/// @param strength of the residual: 0 gives B0 itself, 1 the full residual
/// @param latent [#MEAN], or the id of the adapter where another latent was chosen
record Blend(Task task, float strength, String latent) {

    /// The latent at the mean of the prior for the task.
    private static final String MEAN = "mean";

    Blend(Task task, float strength) {
        this(task, strength, MEAN);
    }

    /// Whether the adapter is B0 itself, which belongs to no task in particular.
    boolean isShared() {
        return strength == 0;
    }
}
