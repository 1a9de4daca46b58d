package dev.icmlora.evaluation;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.evaluation.TextResult.Passage;

/// One thing that the generator must show, and whether it does.
///
/// @param what is compared
/// @param required of it
/// @param measured figure with its interval, or why there is none
record Bar(String what, String required, String measured, Verdict verdict) {

    enum Verdict {
        HELD("held"),
        NOT_HELD("**not held**"),
        NOT_MEASURED("not measured");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    private static final String NO_OWN = "no adapter was trained for one task alone";

    /// All of them, in the order in which they were promised.
    static List<Bar> of(EvaluationReport report) {
        Optional<Results> seen = report.group(Group.SEEN);
        Optional<Results> heldOut = report.group(Group.HELD_OUT);
        return List.of(
                own(seen),
                measured(seen, "seen: generated − best k-shot", "≥ +20 points", r -> {
                    Condition best = r.best(Condition.SHOT_1, Condition.SHOTS_3, Condition.SHOTS_5, Condition.SHOTS_8);
                    return points(r, Condition.GENERATED, best, 20, false);
                }),
                texts(report.texts()),
                measured(
                        heldOut,
                        "held-out: generated − plain",
                        "≥ +20 points",
                        r -> points(r, Condition.GENERATED, Condition.PLAIN, 20, false)),
                measured(
                        heldOut,
                        "held-out: generated − best of mean, nearest, other task",
                        "≥ +4 points, interval above 0",
                        r -> points(
                                r,
                                Condition.GENERATED,
                                r.best(Condition.MEAN, Condition.NEAREST, Condition.OTHER_TASK),
                                4,
                                true)),
                measured(
                        heldOut,
                        "held-out: generated − B0",
                        "≥ +3 points, interval above 0",
                        r -> points(r, Condition.GENERATED, Condition.B0, 3, true)),
                measured(heldOut, "held-out: generated / 5-shot", "≥ 1.0 at ≤ 40 % of its prompt tokens", Bar::ratio),
                measured(
                        heldOut,
                        "held-out: generated with 5 examples in the prompt − 5-shot",
                        "≥ +16 points",
                        r -> points(r, Condition.GENERATED_EXAMPLES, Condition.SHOTS_5, 16, false)),
                measured(
                        heldOut,
                        "held-out: generated with 5 examples in the prompt − B0 with the same (MetaICL)",
                        "> 0, interval above 0",
                        r -> points(r, Condition.GENERATED_EXAMPLES, Condition.B0_EXAMPLES, 0, true)),
                measured(
                        heldOut,
                        "held-out: generated from the description alone − plain",
                        "> 0, interval above 0",
                        Bar::description),
                storage(report.storage()));
    }

    private static Bar own(Optional<Results> seen) {
        String what = "seen: generated / the task's own trained LoRA";
        return seen.map(results -> results.having(Condition.OWN))
                .filter(results -> !results.isEmpty())
                .map(results -> measured(Optional.of(results), what, "≥ 0.97", r -> {
                    PairedBootstrap ratio = r.ratio(Condition.GENERATED, Condition.OWN);
                    return new Measurement(
                            format(
                                    "%.2f [%.2f, %.2f] (`generated` %.1f, `own` %.1f, %d tasks)",
                                    ratio.value(),
                                    ratio.low(),
                                    ratio.high(),
                                    r.exact(Condition.GENERATED).value(),
                                    r.exact(Condition.OWN).value(),
                                    r.tasks().size()),
                            ratio.value() >= 0.97);
                }))
                .orElseGet(() -> new Bar(what, "≥ 0.97", NO_OWN, Verdict.NOT_MEASURED));
    }

    private record Measurement(String figure, boolean held) {}

    private static Bar measured(
            Optional<Results> results, String what, String required, Function<Results, Measurement> measure) {
        return results.map(measure)
                .map(m -> new Bar(what, required, m.figure, verdict(m.held)))
                .orElseGet(() -> new Bar(what, required, "no such task was measured", Verdict.NOT_MEASURED));
    }

    private static Verdict verdict(boolean held) {
        return held ? Verdict.HELD : Verdict.NOT_HELD;
    }

    private static Measurement points(Results results, Condition a, Condition b, double least, boolean sure) {
        PairedBootstrap difference = results.difference(a, b);
        return new Measurement(
                format(
                        "%+.1f points [%+.1f, %+.1f] (`%s` %.1f, `%s` %.1f)",
                        difference.value(),
                        difference.low(),
                        difference.high(),
                        a,
                        results.exact(a).value(),
                        b,
                        results.exact(b).value()),
                difference.value() >= least && (!sure || difference.low() > 0));
    }

    /// B0 with the same prompt stands beside it: the bar does not ask whether the residual did it.
    private static Measurement description(Results results) {
        Measurement plain = points(results, Condition.GENERATED_DESCRIPTION, Condition.PLAIN, 0, true);
        Measurement b0 = points(results, Condition.GENERATED_DESCRIPTION, Condition.B0, 0, true);
        return new Measurement(plain.figure + "; beside B0 " + b0.figure, plain.held);
    }

    private static Measurement ratio(Results results) {
        PairedBootstrap ratio = results.ratio(Condition.GENERATED, Condition.SHOTS_5);
        double tokens = results.promptTokens(Condition.GENERATED) / results.promptTokens(Condition.SHOTS_5);
        return new Measurement(
                format(
                        "%.2f [%.2f, %.2f] at %.0f %% of the prompt tokens",
                        ratio.value(), ratio.low(), ratio.high(), 100 * tokens),
                ratio.value() >= 1 && tokens <= 0.4);
    }

    private static Bar texts(List<TextResult> texts) {
        String what = "text domains: perplexity of generated / the domain's own LoRA";
        String required = "≤ 1.03, and below the base model's for every domain";
        if (texts.isEmpty()) {
            return new Bar(what, required, "no text domain was measured", Verdict.NOT_MEASURED);
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
        String figure = format(
                "below the base model's for %d of %d domains; %s",
                below,
                texts.size(),
                ratio.map(r -> format("ratio %.3f [%.3f, %.3f], mean over domains", r.value(), r.low(), r.high()))
                        .orElse(NO_OWN));
        if (below < texts.size()) {
            return new Bar(what, required, figure, Verdict.NOT_HELD);
        }
        return new Bar(
                what,
                required,
                figure,
                ratio.map(r -> verdict(r.value() <= 1.03)).orElse(Verdict.NOT_MEASURED));
    }

    private static Bar storage(Storage storage) {
        double share = storage.ofAllCheckpoints();
        return new Bar(
                "generator bytes / (100 checkpoints × tasks × adapter bytes)",
                "≤ 1 %",
                format("%.2f %%; %.1f %% of one adapter a task", 100 * share, 100 * storage.ofOneEach()),
                verdict(share <= 0.01));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
