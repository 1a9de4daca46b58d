package dev.icmlora.engine.start;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.vector.TaskVector;

/// Gives the adapter that a task begins with, before any tuning: B0, or what the hypernetwork makes of the task.
@FunctionalInterface
public interface Start {

    /// @param task its vector; B0 is the same for all of them
    Adapter of(TaskVector task);
}
