package dev.icmlora.engine.scoring;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import dev.icmlora.generator.adapter.Adapter;

/// How a task is served, and why.
///
/// @param served the candidate
/// @param adapter its weights; empty for the base model
/// @param scored every candidate that was tried, in the order of trying; none where there were too few examples
/// @param distance to the nearest task that the generator was trained on; empty where none is known
/// @param confidence chance that an answer is exactly right
/// @param tokens read to decide
/// @param hurried whether less was tried than wanted since the workbench was short of time: another time the same task
/// may be served in another way
public record Decision(
        Candidate served,
        Optional<Adapter> adapter,
        List<ScoredCandidate> scored,
        OptionalDouble distance,
        double confidence,
        int tokens,
        boolean hurried) {
    public Decision {
        scored = List.copyOf(scored);
    }
}
