package dev.icmlora.engine.scoring;

import java.util.OptionalDouble;

/// Decides where a task brings too few examples to compare candidates: by how near it is to the tasks that the
/// generator was trained on.
///
/// @param near distance up to which a task counts as known, in the units of [Neighbourhood]
public record Familiarity(double near) {
    /// Whether the generator's own adapter is trusted. It is where no seen task is known: then nothing speaks against
    /// it.
    boolean trusts(OptionalDouble distance) {
        return distance.isEmpty() || distance.getAsDouble() <= near;
    }
}
