package dev.icmlora.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.icmlora.evaluation.Target.Finding;
import dev.icmlora.evaluation.Target.Lowest;
import dev.icmlora.evaluation.TaskResult.Group;

/// What mode `auto` must show.
final class AutoTargets {
    private static final int CONFIDENCE_BINS = 10;

    private AutoTargets() {}

    static List<Target> of(EvaluationReport report) {
        Optional<Results> heldOut = report.group(Group.HELD_OUT);
        return List.of(
                Target.measured(
                        heldOut,
                        "held-out: auto − 5-shot",
                        "≥ +12 points, interval above 0",
                        r -> Target.points(r, Condition.AUTO, Condition.SHOTS_5, 12, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: auto − tuned",
                        "≥ +3 points, interval above 0",
                        r -> Target.points(r, Condition.AUTO, Condition.TUNED, 3, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut, "held-out, worst single task: auto − 5-shot", "≥ −13 points", AutoTargets::worst),
                Target.measured(
                        heldOut,
                        "held-out: auto − best of base and B0, with and without 5 examples in the prompt",
                        "≥ +3 points, interval from 0",
                        r -> Target.points(r, Condition.AUTO, bestControl(r), 3, Lowest.FROM_ZERO)),
                Target.measured(
                        heldOut, "held-out: prompt tokens of an answer: auto / 5-shot", "≤ 40 %", AutoTargets::tokens),
                Target.measured(
                        heldOut,
                        "held-out: expected calibration error of auto's confidence",
                        "≤ 0.10",
                        r -> atMost(calibrationError(r), 0.1, "%.2f")));
    }

    private static Condition bestControl(Results results) {
        return results.best(Condition.PLAIN, Condition.SHOTS_5, Condition.B0, Condition.B0_EXAMPLES);
    }

    private static Finding worst(Results results) {
        TaskResult worst = results.tasks().stream()
                .min(Comparator.comparingDouble(AutoTargets::overExamples))
                .orElseThrow();
        double points = overExamples(worst);
        return new Finding(Figures.format("%+.1f (%s)", points, worst.task()), points >= -13);
    }

    private static double overExamples(TaskResult task) {
        return task.percent(Condition.AUTO) - task.percent(Condition.SHOTS_5);
    }

    private static Finding tokens(Results results) {
        return atMost(
                100 * results.promptTokens(Condition.AUTO) / results.promptTokens(Condition.SHOTS_5), 40, "%.0f %%");
    }

    private static Finding atMost(double value, double most, String pattern) {
        return new Finding(Figures.format(pattern, value), value <= most);
    }

    /// Mean distance between stated confidence and share of right answers, over bins of confidence.
    private static double calibrationError(Results results) {
        Map<Integer, List<TaskResult>> bins = results.tasks().stream()
                .collect(Collectors.groupingBy(
                        task -> Math.min(CONFIDENCE_BINS - 1, (int) (CONFIDENCE_BINS * confidence(task)))));
        double sum = 0;
        for (List<TaskResult> tasks : bins.values()) {
            Results bin = new Results(results.group(), tasks);
            sum += tasks.size()
                    * Math.abs(
                            bin.mean(AutoTargets::confidence) - bin.mean(task -> task.percent(Condition.AUTO) / 100));
        }
        return sum / results.tasks().size();
    }

    private static double confidence(TaskResult task) {
        return task.served(Condition.AUTO).selection().confidence();
    }
}
