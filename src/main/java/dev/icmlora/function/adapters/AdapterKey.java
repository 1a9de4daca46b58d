package dev.icmlora.function.adapters;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.generator.task.Task;

/// What an adapter is made from, and for whom; equal keys give equal adapters.
///
/// @param task empty where an adapter was brought without a word about it
/// @param strength of the residual: 0 gives B0 itself, 1 the full residual
/// @param latent [#MEAN], or the id of the adapter where another latent was chosen or a client brought it
public record AdapterKey(Tenant tenant, Task task, float strength, String latent) {

    /// The latent at the mean of the prior for the task.
    private static final String MEAN = "mean";

    public AdapterKey(Tenant tenant, Task task, float strength) {
        this(tenant, task, strength, MEAN);
    }

    /// The key of an adapter that a client brought, or mixed from others.
    static AdapterKey given(Tenant tenant, Task task, String id) {
        return new AdapterKey(tenant, task, 1, id);
    }

    /// Whether task and strength are all that it takes to generate the adapter again.
    boolean isRepeatable() {
        return latent.equals(MEAN);
    }

    /// Whether the adapter is B0 itself, which belongs to no task in particular.
    public boolean isShared() {
        return strength == 0;
    }
}
