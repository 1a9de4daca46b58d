package dev.icmlora.engine.scoring;

import java.time.Duration;
import java.util.Optional;

/// What a selection may cost and choose from.
///
/// @param candidates most candidates: weights in a form of prompt
/// @param budget no further weights are tried once this much time is spent; empty for no limit, so that the same
/// request always gives the same decision
/// @param examplesFit whether a prompt with examples would fit into the context
public record SelectionOptions(int candidates, Optional<Duration> budget, boolean examplesFit) {
    public SelectionOptions {
        if (candidates < 1) {
            throw new IllegalArgumentException("at least 1 candidate, not " + candidates);
        }
    }
}
