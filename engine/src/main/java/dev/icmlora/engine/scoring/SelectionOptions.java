package dev.icmlora.engine.scoring;

import java.time.Duration;
import java.util.Optional;

/// What a selection may cost and choose from.
///
/// @param candidates most candidates: weights in a form of prompt
/// @param seed of what is drawn
/// @param budget no further weights are tried once this much time is spent; empty for no limit, so that the same
/// request always gives the same decision
/// @param examplesFit whether a prompt with examples would fit into the context
/// @param refinement time to search for a better latent; zero for none
public record SelectionOptions(
        int candidates, long seed, Optional<Duration> budget, boolean examplesFit, Duration refinement) {
    public SelectionOptions {
        if (candidates < 1) {
            throw new IllegalArgumentException("at least 1 candidate, not " + candidates);
        }
    }
}
