package dev.icmlora.engine.selection;

import java.util.OptionalDouble;

/// Decides where a task brings too few examples to tune on: by how near it is to the tasks that the generator was
/// trained on.
///
/// @param near distance up to which a task counts as known, in the units of [Neighbourhood]
/// @param known chance of an exact answer for a known task
/// @param unknown the same for any other task
public record Familiarity(double near, double known, double unknown) {
    /// Whether the generator's own adapter is trusted. It is where no seen task is known: then nothing speaks against
    /// it.
    boolean trusts(OptionalDouble distance) {
        return distance.isEmpty() || distance.getAsDouble() <= near;
    }

    double confidence(OptionalDouble distance) {
        return trusts(distance) ? known : unknown;
    }
}
