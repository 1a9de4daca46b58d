package dev.icmlora.evaluation;

import java.util.List;
import java.util.Optional;

import dev.icmlora.evaluation.Target.Lowest;
import dev.icmlora.evaluation.TaskResult.Group;

/// What mode `tuned` must show.
final class TunedTargets {
    private TunedTargets() {}

    static List<Target> of(EvaluationReport report) {
        Optional<Results> seen = report.group(Group.SEEN);
        Optional<Results> heldOut = report.group(Group.HELD_OUT);
        return List.of(
                Target.measured(
                        heldOut,
                        "held-out: tuned − 5-shot",
                        "≥ +10 points, interval above 0",
                        r -> Target.points(r, Condition.TUNED, Condition.SHOTS_5, 10, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: tuned − B0 with 5 examples in the prompt",
                        "≥ 0, interval above −3",
                        r -> Target.points(r, Condition.TUNED, Condition.B0_EXAMPLES, 0, Lowest.ABOVE_MINUS_THREE)),
                Target.measured(
                        heldOut,
                        "held-out, sixteen examples: tuned − in the prompt",
                        "≥ +10 points",
                        r -> Target.points(r, Condition.TUNED_16, Condition.SHOTS_16, 10, Lowest.ANY)),
                Target.measured(
                        heldOut,
                        "held-out: tuned on 64 examples − on sixteen",
                        "> 0, interval above 0",
                        r -> Target.points(r, Condition.TUNED_64, Condition.TUNED_16, 0, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: tuned at 2 steps from the generated adapter − at 4 from B0",
                        "≥ 0",
                        r -> Target.points(r, Condition.TUNED_2, Condition.TUNED_B0, 0, Lowest.ANY)),
                Target.measured(
                        seen,
                        "seen: tuned − generated",
                        "≥ +10 points",
                        r -> Target.points(r, Condition.TUNED, Condition.GENERATED, 10, Lowest.ANY)));
    }
}
