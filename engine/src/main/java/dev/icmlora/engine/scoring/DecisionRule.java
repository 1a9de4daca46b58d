package dev.icmlora.engine.scoring;

import java.util.Comparator;
import java.util.List;

/// Which candidate serves, given how all did on the task's examples.
///
/// The one with the least loss is the best. Cheaper ones come first, and of equally cheap ones the one that was
/// proposed first; the first of them that the best does not beat clearly serves. The best beats another clearly when
/// the other's loss is higher by more than `margin` *and* by more than `errors` standard errors of the paired
/// difference: a handful of examples is a noisy judge, and what costs more should have to prove its worth.
///
/// A first proposal of the cheapest kind whose loss is at most `enough` serves without a comparison.
///
/// @param margin nats per token
/// @param errors standard errors
/// @param enough nats per token
public record DecisionRule(double margin, double errors, double enough) {
    public DecisionRule {
        if (!(margin >= 0) || !(errors >= 0) || !(enough >= 0)) {
            throw new IllegalArgumentException(
                    "margin " + margin + ", errors " + errors + " and enough " + enough + " start at 0");
        }
    }

    /// @param scored in the order in which they were proposed; at least one, all on the same examples
    public ScoredCandidate choose(List<ScoredCandidate> scored) {
        if (!scored.isEmpty() && isSettledBy(scored.getFirst())) {
            return scored.getFirst();
        }
        ScoredCandidate best = scored.stream()
                .min(Comparator.comparingDouble(candidate -> candidate.score().loss()))
                .orElseThrow(() -> new IllegalArgumentException("no candidates to choose from"));
        // The sort is stable: proposals keep their order among equals.
        return scored.stream()
                .sorted(Comparator.comparingInt(
                        candidate -> candidate.candidate().cost()))
                .filter(candidate -> !beats(best, candidate))
                .findFirst()
                .orElse(best);
    }

    private boolean beats(ScoredCandidate best, ScoredCandidate other) {
        Score.Excess excess = other.score().excessOver(best.score());
        return excess.mean() > margin && excess.mean() > errors * excess.error();
    }

    /// Whether the first proposal serves whatever the others do.
    boolean isSettledBy(ScoredCandidate first) {
        return first.candidate().cost() == 0 && first.score().loss() <= enough;
    }
}
