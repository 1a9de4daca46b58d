package dev.icmlora.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.icmlora.evaluation.Target.Finding;
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
                        "≥ +16 points, interval above 0",
                        r -> Target.points(r, Condition.TUNED, Condition.SHOTS_5, 16, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: tuned − B0 with 5 examples in the prompt",
                        "≥ +5 points, interval above 0",
                        r -> Target.points(r, Condition.TUNED, Condition.B0_EXAMPLES, 5, Lowest.ABOVE_ZERO)),
                withManyExamples(
                        heldOut,
                        "held-out, sixteen examples: tuned − in the prompt",
                        "≥ +10 points",
                        r -> Target.points(r, Condition.TUNED_16, Condition.SHOTS_16, 10, Lowest.ANY)),
                withManyExamples(
                        heldOut,
                        "held-out: tuned on 64 examples − on sixteen",
                        "> 0, interval above 0",
                        r -> Target.points(r, Condition.TUNED_64, Condition.TUNED_16, 0, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: tuned at 2 steps from the generated adapter − at 4 from B0",
                        "≥ 0",
                        r -> Target.points(r, Condition.TUNED_2, Condition.TUNED_B0, 0, Lowest.ANY)),
                withConfidence(
                        heldOut,
                        "held-out: expected calibration error of an answer's confidence",
                        "≤ 0.08",
                        r -> calibrationError(r, Condition.TUNED)),
                withConfidence(
                        heldOut, "held-out: the same in mode auto", "≤ 0.08", r -> calibrationError(r, Condition.AUTO)),
                withConfidence(
                        heldOut,
                        "held-out: answers kept at 95 % right, by confidence − 5-shot by the base model's own probability",
                        "> 0 points",
                        TunedTargets::coverage),
                ofLabels(report.labels()),
                Target.measured(
                        seen,
                        "seen: tuned − generated",
                        "≥ +10 points",
                        r -> Target.points(r, Condition.TUNED, Condition.GENERATED, 10, Lowest.ANY)));
    }

    private static Target ofLabels(List<LabelResult> labels) {
        String what = "held-out: expected calibration error of a label's confidence";
        String required = "≤ 0.08";
        Reliability tuned = LabelResult.reliability(labels, LabelResult.Way.TUNED);
        return tuned.isEmpty()
                ? new Target(what, required, "no such task was measured", Target.Verdict.NOT_MEASURED)
                : new Target(
                        what,
                        required,
                        Figures.format("%.3f", tuned.error()),
                        Target.Verdict.of(tuned.error() <= 0.08));
    }

    /// Of fewer than half of the tasks, chance says more than the figure.
    private static Target withManyExamples(
            Optional<Results> results, String what, String required, Function<Results, Finding> measure) {
        Optional<Results> asked =
                results.map(all -> all.having(Condition.SHOTS_16, Condition.TUNED_16, Condition.TUNED_64));
        int tasks = asked.map(some -> some.tasks().size()).orElse(0);
        int all = results.map(each -> each.tasks().size()).orElse(0);
        return 0 < all && 2 * tasks < all
                ? new Target(
                        what, required, "%d of %d tasks are too few".formatted(tasks, all), Target.Verdict.NOT_MEASURED)
                : Target.measured(asked, what, required, measure);
    }

    private static Target withConfidence(
            Optional<Results> results, String what, String required, Function<Results, Finding> measure) {
        Optional<Results> sure = results.filter(of -> Stream.of(Condition.AUTO, Condition.TUNED, Condition.SHOTS_5)
                .noneMatch(condition -> of.reliability(condition).isEmpty()));
        return Target.measured(sure, what, required, measure);
    }

    private static Finding calibrationError(Results results, Condition condition) {
        double error = results.reliability(condition).error();
        return new Finding(Figures.format("%.3f", error), error <= 0.08);
    }

    private static Finding coverage(Results results) {
        double auto = kept(results, Condition.AUTO);
        double base = kept(results, Condition.SHOTS_5);
        return new Finding(
                Figures.format(
                        "%+.1f points (`auto` %.1f, `tuned` %.1f, `5-shot` %.1f)",
                        auto - base, auto, kept(results, Condition.TUNED), base),
                auto > base);
    }

    private static double kept(Results results, Condition condition) {
        return 100 * results.reliability(condition).coverage(Reliability.PRECISION);
    }
}
