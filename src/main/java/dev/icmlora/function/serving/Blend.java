package dev.icmlora.function.serving;

import dev.icmlora.generator.task.Task;

/// What an adapter is generated from; equal blends give equal adapters.
///
/// @param strength of the residual: 0 gives B0 itself, 1 the full residual
record Blend(Task task, float strength) {

    /// Whether the adapter is B0 itself, which belongs to no task in particular.
    boolean isShared() {
        return strength == 0;
    }
}
