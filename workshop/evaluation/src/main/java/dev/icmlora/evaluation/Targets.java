package dev.icmlora.evaluation;

import static dev.icmlora.evaluation.Condition.AUTO;
import static dev.icmlora.evaluation.Condition.B0;
import static dev.icmlora.evaluation.Condition.B0_EXAMPLES;
import static dev.icmlora.evaluation.Condition.GENERATED;
import static dev.icmlora.evaluation.Condition.GENERATED_DESCRIPTION;
import static dev.icmlora.evaluation.Condition.GENERATED_EXAMPLES;
import static dev.icmlora.evaluation.Condition.MEAN;
import static dev.icmlora.evaluation.Condition.NEAREST;
import static dev.icmlora.evaluation.Condition.OTHER_TASK;
import static dev.icmlora.evaluation.Condition.OWN;
import static dev.icmlora.evaluation.Condition.PLAIN;
import static dev.icmlora.evaluation.Condition.SHOTS_16;
import static dev.icmlora.evaluation.Condition.SHOTS_3;
import static dev.icmlora.evaluation.Condition.SHOTS_5;
import static dev.icmlora.evaluation.Condition.SHOTS_8;
import static dev.icmlora.evaluation.Condition.SHOT_1;
import static dev.icmlora.evaluation.Condition.TUNED;
import static dev.icmlora.evaluation.Condition.TUNED_16;
import static dev.icmlora.evaluation.Condition.TUNED_2;
import static dev.icmlora.evaluation.Condition.TUNED_64;
import static dev.icmlora.evaluation.Condition.TUNED_B0;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.Figure.Verdict;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TextResult.Passage;

/// The figures for which targets are set.
final class Targets {
    private static final String NO_TASK = "no such task was measured";
    private static final String NO_OWN = "no adapter was trained for one task alone";
    private static final int CONFIDENCE_BINS = 10;
    private static final double CALIBRATION_ERROR = 0.08;

    private final EvaluationReport report;
    private final Optional<Results> seen;
    private final Optional<Results> heldOut;

    private Targets(EvaluationReport report) {
        this.report = report;
        this.seen = report.group(Group.SEEN);
        this.heldOut = report.group(Group.HELD_OUT);
    }

    static List<Figure> of(EvaluationReport report) {
        Targets targets = new Targets(report);
        return Stream.of(targets.ofGenerated(), targets.ofAuto(), targets.ofTuned())
                .flatMap(List::stream)
                .toList();
    }

    /// The figure that was measured for a target.
    private record Finding(String figure, boolean held) {}

    /// The target for the lower end of an interval.
    private enum Lowest {
        ANY,
        FROM_ZERO,
        ABOVE_ZERO;

        private boolean allows(double low) {
            return switch (this) {
                case ANY -> true;
                case FROM_ZERO -> low >= 0;
                case ABOVE_ZERO -> low > 0;
            };
        }
    }

    private List<Figure> ofGenerated() {
        return List.of(
                target("seen: generated / the task's own trained LoRA", "≥ 0.9", having(seen, OWN), NO_OWN, r -> {
                    PairedBootstrap ratio = r.ratio(GENERATED, OWN);
                    String figure = Figure.interval("%.2f [%.2f, %.2f]", ratio)
                            + Figure.format(
                                    " (`generated` %.1f, `own` %.1f, %d tasks)",
                                    r.exact(GENERATED).value(),
                                    r.exact(OWN).value(),
                                    r.tasks().size());
                    return new Finding(figure, ratio.value() >= 0.9);
                }),
                target("seen: generated − best k-shot", "≥ +20 points", seen, r -> {
                    Condition best = r.best(SHOT_1, SHOTS_3, SHOTS_5, SHOTS_8);
                    return points(r, GENERATED, best, 20, Lowest.ANY);
                }),
                texts(report.texts()),
                target(
                        "held-out: generated − plain",
                        "≥ +20 points",
                        heldOut,
                        r -> points(r, GENERATED, PLAIN, 20, Lowest.ANY)),
                target(
                        "held-out: generated − best of mean, nearest, other task",
                        "≥ +4 points, interval above 0",
                        having(heldOut, MEAN),
                        "baselines were not asked for",
                        r -> points(r, GENERATED, r.best(MEAN, NEAREST, OTHER_TASK), 4, Lowest.ABOVE_ZERO)),
                target(
                        "held-out: generated − B0",
                        "≥ +3 points, interval above 0",
                        heldOut,
                        r -> points(r, GENERATED, B0, 3, Lowest.ABOVE_ZERO)),
                target("held-out: generated / 5-shot", "≥ 1.0 at ≤ 40 % of its prompt tokens", heldOut, r -> {
                    PairedBootstrap ratio = r.ratio(GENERATED, SHOTS_5);
                    double tokens = r.promptTokens(GENERATED) / r.promptTokens(SHOTS_5);
                    String figure = Figure.interval("%.2f [%.2f, %.2f]", ratio)
                            + Figure.format(" at %.0f %% of the prompt tokens", 100 * tokens);
                    return new Finding(figure, ratio.value() >= 1 && tokens <= 0.4);
                }),
                target(
                        "held-out: generated with 5 examples in the prompt − 5-shot",
                        "≥ +16 points",
                        heldOut,
                        r -> points(r, GENERATED_EXAMPLES, SHOTS_5, 16, Lowest.ANY)),
                target(
                        "held-out: generated with 5 examples in the prompt − B0 with the same (MetaICL)",
                        "> 0, interval above 0",
                        heldOut,
                        r -> points(r, GENERATED_EXAMPLES, B0_EXAMPLES, 0, Lowest.ABOVE_ZERO)),
                target(
                        "held-out: generated from the description alone − plain",
                        "≥ +18 points; − B0 ≥ +2, interval above 0",
                        heldOut,
                        r -> {
                            Finding plain = points(r, GENERATED_DESCRIPTION, PLAIN, 18, Lowest.ANY);
                            Finding b0 = points(r, GENERATED_DESCRIPTION, B0, 2, Lowest.ABOVE_ZERO);
                            return new Finding(plain.figure + "; beside B0 " + b0.figure, plain.held && b0.held);
                        }),
                storage(report.storage()));
    }

    private List<Figure> ofAuto() {
        return List.of(
                target(
                        "held-out: auto − 5-shot",
                        "≥ +12 points, interval above 0",
                        heldOut,
                        r -> points(r, AUTO, SHOTS_5, 12, Lowest.ABOVE_ZERO)),
                target(
                        "held-out: auto − tuned",
                        "≥ +3 points, interval above 0",
                        heldOut,
                        r -> points(r, AUTO, TUNED, 3, Lowest.ABOVE_ZERO)),
                target("held-out, worst single task: auto − 5-shot", "≥ −13 points", heldOut, r -> {
                    TaskResult worst = r.tasks().stream()
                            .min(Comparator.comparingDouble(Targets::overExamples))
                            .orElseThrow();
                    double points = overExamples(worst);
                    return new Finding(Figure.format("%+.1f (%s)", points, worst.task()), points >= -13);
                }),
                target(
                        "held-out: auto − best of base and B0, with and without 5 examples in the prompt",
                        "≥ +3 points, interval from 0",
                        heldOut,
                        r -> points(r, AUTO, r.best(PLAIN, SHOTS_5, B0, B0_EXAMPLES), 3, Lowest.FROM_ZERO)),
                target("held-out: prompt tokens of an answer: auto / 5-shot", "≤ 40 %", heldOut, r -> {
                    double percent = 100 * r.promptTokens(AUTO) / r.promptTokens(SHOTS_5);
                    return atMost(percent, 40, "%.0f %%");
                }),
                target(
                        "held-out: expected calibration error of auto's confidence",
                        "≤ 0.10",
                        heldOut,
                        r -> atMost(calibrationError(r), 0.1, "%.2f")));
    }

    private List<Figure> ofTuned() {
        return List.of(
                target(
                        "held-out: tuned − 5-shot",
                        "≥ +16 points, interval above 0",
                        heldOut,
                        r -> points(r, TUNED, SHOTS_5, 16, Lowest.ABOVE_ZERO)),
                target(
                        "held-out: tuned − B0 with 5 examples in the prompt",
                        "≥ +5 points, interval above 0",
                        heldOut,
                        r -> points(r, TUNED, B0_EXAMPLES, 5, Lowest.ABOVE_ZERO)),
                withManyExamples(
                        "held-out, sixteen examples: tuned − in the prompt",
                        "≥ +10 points",
                        r -> points(r, TUNED_16, SHOTS_16, 10, Lowest.ANY)),
                withManyExamples(
                        "held-out: tuned on 64 examples − on sixteen",
                        "> 0, interval above 0",
                        r -> points(r, TUNED_64, TUNED_16, 0, Lowest.ABOVE_ZERO)),
                target(
                        "held-out: tuned at 2 steps from the generated adapter − at 4 from B0",
                        "≥ 0",
                        heldOut,
                        r -> points(r, TUNED_2, TUNED_B0, 0, Lowest.ANY)),
                target(
                        "held-out: expected calibration error of an answer's confidence",
                        "≤ 0.08",
                        sure(),
                        r -> calibrationError(r.reliability(TUNED))),
                target("held-out: the same in mode auto", "≤ 0.08", sure(), r -> calibrationError(r.reliability(AUTO))),
                target(
                        "held-out: answers kept at 95 % right, by confidence − 5-shot by the base model's own probability",
                        "> 0 points", sure(), r -> {
                            double auto = kept(r, AUTO);
                            double base = kept(r, SHOTS_5);
                            String figure = Figure.format(
                                    "%+.1f points (`auto` %.1f, `tuned` %.1f, `5-shot` %.1f)",
                                    auto - base, auto, kept(r, TUNED), base);
                            return new Finding(figure, auto > base);
                        }),
                target(
                        "held-out: expected calibration error of a label's confidence",
                        "≤ 0.08",
                        Optional.of(LabelResult.reliability(report.labels(), LabelResult.Way.TUNED))
                                .filter(Predicate.not(Reliability::isEmpty)),
                        NO_TASK,
                        Targets::calibrationError),
                target(
                        "seen: tuned − generated",
                        "≥ +10 points",
                        seen,
                        r -> points(r, TUNED, GENERATED, 10, Lowest.ANY)));
    }

    private static Figure target(
            String what, String wanted, Optional<Results> results, Function<Results, Finding> measure) {
        return target(what, wanted, results, NO_TASK, measure);
    }

    /// @param otherwise why nothing was measured
    private static <T> Figure target(
            String what, String wanted, Optional<T> of, String otherwise, Function<T, Finding> measure) {
        return of.map(measure)
                .map(found -> new Figure(what, wanted, found.figure, Verdict.of(found.held)))
                .orElseGet(() -> new Figure(what, wanted, otherwise, Verdict.NOT_MEASURED));
    }

    /// Of fewer than half of the tasks, chance says more than the figure.
    private Figure withManyExamples(String what, String wanted, Function<Results, Finding> measure) {
        Optional<Results> asked = having(heldOut, SHOTS_16, TUNED_16, TUNED_64);
        int tasks = asked.map(some -> some.tasks().size()).orElse(0);
        int all = heldOut.map(each -> each.tasks().size()).orElse(0);
        return target(
                what,
                wanted,
                asked.filter(_ -> 2 * tasks >= all),
                all == 0 ? NO_TASK : "%d of %d tasks are too few".formatted(tasks, all),
                measure);
    }

    /// Those of a group that have all of some conditions; empty where none has.
    private static Optional<Results> having(Optional<Results> group, Condition... conditions) {
        return group.map(results -> results.having(conditions)).filter(results -> !results.isEmpty());
    }

    /// Held-out tasks, where the function said how sure it is.
    private Optional<Results> sure() {
        return heldOut.filter(of -> Stream.of(AUTO, TUNED, SHOTS_5)
                .noneMatch(condition -> of.reliability(condition).isEmpty()));
    }

    /// Points by which one condition is better than another.
    private static Finding points(Results results, Condition a, Condition b, double least, Lowest lowest) {
        PairedBootstrap difference = results.difference(a, b);
        String figure = Figure.interval("%+.1f points [%+.1f, %+.1f]", difference)
                + Figure.format(
                        " (`%s` %.1f, `%s` %.1f)",
                        a, results.exact(a).value(), b, results.exact(b).value());
        return new Finding(figure, difference.value() >= least && lowest.allows(difference.low()));
    }

    private static Finding atMost(double value, double most, String pattern) {
        return new Finding(Figure.format(pattern, value), value <= most);
    }

    private static double overExamples(TaskResult task) {
        return task.percent(AUTO) - task.percent(SHOTS_5);
    }

    private static Finding calibrationError(Reliability reliability) {
        return atMost(reliability.error(), CALIBRATION_ERROR, "%.3f");
    }

    /// Mean distance between the confidence in a task and its share of right answers, over bins of confidence.
    private static double calibrationError(Results results) {
        Map<Integer, List<TaskResult>> bins = results.tasks().stream()
                .collect(Collectors.groupingBy(
                        task -> Math.min(CONFIDENCE_BINS - 1, (int) (CONFIDENCE_BINS * confidence(task)))));
        double sum = 0;
        for (List<TaskResult> tasks : bins.values()) {
            Results bin = new Results(results.group(), tasks);
            sum += tasks.size() * Math.abs(bin.mean(Targets::confidence) - bin.mean(task -> task.percent(AUTO) / 100));
        }
        return sum / results.tasks().size();
    }

    private static double confidence(TaskResult task) {
        return task.served(AUTO).selection().confidence();
    }

    private static double kept(Results results, Condition condition) {
        return 100 * results.reliability(condition).coverage(Reliability.PRECISION);
    }

    private static Figure texts(List<TextResult> texts) {
        String what = "text domains: perplexity of generated / the domain's own LoRA";
        String wanted = "≤ 1.02, and below the base model's for every domain";
        if (texts.isEmpty()) {
            return new Figure(what, wanted, "no text domain was measured", Verdict.NOT_MEASURED);
        }
        long below = texts.stream()
                .filter(text -> text.perplexity(Passage::generated)
                        < Math.min(text.perplexity(Passage::base), text.perplexity(Passage::bare)))
                .count();
        double[] ratios = texts.stream()
                .filter(TextResult::hasOwn)
                .mapToDouble(text ->
                        text.perplexityRatio(Passage::generated, Passage::own).value())
                .toArray();
        Optional<PairedBootstrap> ratio =
                ratios.length == 0 ? Optional.empty() : Optional.of(PairedBootstrap.of(ratios));
        String figure = Figure.format("below the base model's for %d of %d domains; ", below, texts.size())
                + ratio.map(r -> Figure.interval("ratio %.3f [%.3f, %.3f], mean over domains", r))
                        .orElse(NO_OWN);
        Verdict verdict = below < texts.size()
                ? Verdict.NOT_HELD
                : ratio.map(r -> Verdict.of(r.value() <= 1.02)).orElse(Verdict.NOT_MEASURED);
        return new Figure(what, wanted, figure, verdict);
    }

    private static Figure storage(Storage storage) {
        double share = storage.ofAllCheckpoints();
        return new Figure(
                "generator bytes / (100 checkpoints × tasks × adapter bytes)",
                "≤ 1 %",
                Figure.format("%.2f %%; %.1f %% of one adapter a task", 100 * share, 100 * storage.ofOneEach()),
                Verdict.of(share <= 0.01));
    }
}
