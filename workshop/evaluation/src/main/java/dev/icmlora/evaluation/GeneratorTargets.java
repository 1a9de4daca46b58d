package dev.icmlora.evaluation;

import java.util.List;
import java.util.Optional;

import dev.icmlora.evaluation.Target.Finding;
import dev.icmlora.evaluation.Target.Lowest;
import dev.icmlora.evaluation.Target.Verdict;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TextResult.Passage;

/// What generated adapters must show.
final class GeneratorTargets {
    private static final String NO_OWN = "no adapter was trained for one task alone";

    private GeneratorTargets() {}

    /// All of them, in the order in which they were promised.
    static List<Target> of(EvaluationReport report) {
        Optional<Results> seen = report.group(Group.SEEN);
        Optional<Results> heldOut = report.group(Group.HELD_OUT);
        return List.of(
                own(seen),
                Target.measured(seen, "seen: generated − best k-shot", "≥ +20 points", r -> {
                    Condition best = r.best(Condition.SHOT_1, Condition.SHOTS_3, Condition.SHOTS_5, Condition.SHOTS_8);
                    return Target.points(r, Condition.GENERATED, best, 20, Lowest.ANY);
                }),
                texts(report.texts()),
                Target.measured(
                        heldOut,
                        "held-out: generated − plain",
                        "≥ +20 points",
                        r -> Target.points(r, Condition.GENERATED, Condition.PLAIN, 20, Lowest.ANY)),
                baselines(heldOut),
                Target.measured(
                        heldOut,
                        "held-out: generated − B0",
                        "≥ +3 points, interval above 0",
                        r -> Target.points(r, Condition.GENERATED, Condition.B0, 3, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: generated / 5-shot",
                        "≥ 1.0 at ≤ 40 % of its prompt tokens",
                        GeneratorTargets::ratio),
                Target.measured(
                        heldOut,
                        "held-out: generated with 5 examples in the prompt − 5-shot",
                        "≥ +16 points",
                        r -> Target.points(r, Condition.GENERATED_EXAMPLES, Condition.SHOTS_5, 16, Lowest.ANY)),
                Target.measured(
                        heldOut,
                        "held-out: generated with 5 examples in the prompt − B0 with the same (MetaICL)",
                        "> 0, interval above 0",
                        r -> Target.points(
                                r, Condition.GENERATED_EXAMPLES, Condition.B0_EXAMPLES, 0, Lowest.ABOVE_ZERO)),
                Target.measured(
                        heldOut,
                        "held-out: generated from the description alone − plain",
                        "≥ +18 points; − B0 ≥ +2, interval above 0",
                        GeneratorTargets::description),
                storage(report.storage()));
    }

    private static Target own(Optional<Results> seen) {
        String what = "seen: generated / the task's own trained LoRA";
        return seen.map(results -> results.having(Condition.OWN))
                .filter(results -> !results.isEmpty())
                .map(results -> Target.measured(Optional.of(results), what, "≥ 0.9", r -> {
                    PairedBootstrap ratio = r.ratio(Condition.GENERATED, Condition.OWN);
                    return new Finding(
                            Figures.format(
                                    "%.2f [%.2f, %.2f] (`generated` %.1f, `own` %.1f, %d tasks)",
                                    ratio.value(),
                                    ratio.low(),
                                    ratio.high(),
                                    r.exact(Condition.GENERATED).value(),
                                    r.exact(Condition.OWN).value(),
                                    r.tasks().size()),
                            ratio.value() >= 0.9);
                }))
                .orElseGet(() -> new Target(what, "≥ 0.9", NO_OWN, Verdict.NOT_MEASURED));
    }

    private static Target baselines(Optional<Results> heldOut) {
        String what = "held-out: generated − best of mean, nearest, other task";
        String required = "≥ +4 points, interval above 0";
        return heldOut.map(results -> results.having(Condition.MEAN))
                .filter(results -> !results.isEmpty())
                .map(results -> Target.measured(Optional.of(results), what, required, r -> {
                    Condition best = r.best(Condition.MEAN, Condition.NEAREST, Condition.OTHER_TASK);
                    return Target.points(r, Condition.GENERATED, best, 4, Lowest.ABOVE_ZERO);
                }))
                .orElseGet(() -> new Target(what, required, "baselines were not asked for", Verdict.NOT_MEASURED));
    }

    private static Finding description(Results results) {
        Finding plain = Target.points(results, Condition.GENERATED_DESCRIPTION, Condition.PLAIN, 18, Lowest.ANY);
        Finding b0 = Target.points(results, Condition.GENERATED_DESCRIPTION, Condition.B0, 2, Lowest.ABOVE_ZERO);
        return new Finding(plain.figure() + "; beside B0 " + b0.figure(), plain.held() && b0.held());
    }

    private static Finding ratio(Results results) {
        PairedBootstrap ratio = results.ratio(Condition.GENERATED, Condition.SHOTS_5);
        double tokens = results.promptTokens(Condition.GENERATED) / results.promptTokens(Condition.SHOTS_5);
        return new Finding(
                Figures.format(
                        "%.2f [%.2f, %.2f] at %.0f %% of the prompt tokens",
                        ratio.value(), ratio.low(), ratio.high(), 100 * tokens),
                ratio.value() >= 1 && tokens <= 0.4);
    }

    private static Target texts(List<TextResult> texts) {
        String what = "text domains: perplexity of generated / the domain's own LoRA";
        String required = "≤ 1.02, and below the base model's for every domain";
        if (texts.isEmpty()) {
            return new Target(what, required, "no text domain was measured", Verdict.NOT_MEASURED);
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
        String figure = Figures.format(
                "below the base model's for %d of %d domains; %s",
                below,
                texts.size(),
                ratio.map(r -> Figures.format(
                                "ratio %.3f [%.3f, %.3f], mean over domains", r.value(), r.low(), r.high()))
                        .orElse(NO_OWN));
        if (below < texts.size()) {
            return new Target(what, required, figure, Verdict.NOT_HELD);
        }
        return new Target(
                what,
                required,
                figure,
                ratio.map(r -> Verdict.of(r.value() <= 1.02)).orElse(Verdict.NOT_MEASURED));
    }

    private static Target storage(Storage storage) {
        double share = storage.ofAllCheckpoints();
        return new Target(
                "generator bytes / (100 checkpoints × tasks × adapter bytes)",
                "≤ 1 %",
                Figures.format("%.2f %%; %.1f %% of one adapter a task", 100 * share, 100 * storage.ofOneEach()),
                Verdict.of(share <= 0.01));
    }
}
