package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.TaskResult.Group;

/// The comparison as tables, for people: what was promised, and what was measured.
///
/// @param generator name of the generator
/// @param settings of the comparison
/// @param results one for each task, all served in the same ways
public record SelectionTable(String generator, SelectionComparison.Settings settings, List<SelectionResult> results) {
    private static final int CONFIDENCE_BINS = 10;
    private static final List<Way> CONTROLS = List.of(Way.PLAIN, Way.EXAMPLES, Way.B0, Way.B0_EXAMPLES);

    String markdown() {
        StringBuilder out = new StringBuilder();
        line(
                out,
                "Generator \"%s\", served over HTTP with the quantised model, %d examples a request, up to %d test inputs a"
                        + " task. Exact match in percent, mean over tasks; differences in points with a 95 %% interval by"
                        + " paired bootstrap over tasks.",
                generator,
                settings.examples(),
                settings.inputs());
        List<SelectionResult> seen = group(Group.SEEN);
        List<SelectionResult> heldOut = group(Group.HELD_OUT);
        ways(out, seen, heldOut);
        served(out, seen, heldOut);
        if (!heldOut.isEmpty() && !seen.isEmpty()) {
            bars(out, seen, heldOut);
        }
        phases(out);
        return out.toString();
    }

    private List<SelectionResult> group(Group group) {
        return results.stream().filter(r -> r.group() == group).toList();
    }

    private List<Way> measured() {
        return Stream.of(Way.values())
                .filter(way -> results.stream().allMatch(r -> r.outcomes().containsKey(way)))
                .toList();
    }

    private void ways(StringBuilder out, List<SelectionResult> seen, List<SelectionResult> heldOut) {
        List<SelectionResult> families =
                heldOut.stream().filter(SelectionResult::heldOutFamily).toList();
        line(out, "");
        line(
                out,
                "| way | seen (%d tasks) | held out (%d) | of those, in held-out families (%d) | prompt tokens an answer |",
                seen.size(),
                heldOut.size(),
                families.size());
        line(out, "|---|--:|--:|--:|--:|");
        for (Way way : measured()) {
            line(
                    out,
                    "| %s: %s | %s | %s | %s | %.0f |",
                    way.label(),
                    way.meaning(),
                    percent(seen, way),
                    percent(heldOut, way),
                    percent(families, way),
                    mean(results, r -> r.outcomes().get(way).promptTokens()));
        }
    }

    private static void served(StringBuilder out, List<SelectionResult> seen, List<SelectionResult> heldOut) {
        line(out, "");
        line(out, "| what `auto` served | seen | held out |");
        line(out, "|---|--:|--:|");
        Map<String, Long> bySeen = served(seen);
        Map<String, Long> byHeldOut = served(heldOut);
        Stream.concat(bySeen.keySet().stream(), byHeldOut.keySet().stream())
                .distinct()
                .sorted()
                .forEach(kind -> line(
                        out,
                        "| %s | %d | %d |",
                        kind,
                        bySeen.getOrDefault(kind, 0L),
                        byHeldOut.getOrDefault(kind, 0L)));
    }

    private static Map<String, Long> served(List<SelectionResult> results) {
        return results.stream()
                .map(r -> r.outcomes().get(Way.AUTO))
                .collect(Collectors.groupingBy(o -> o.served() + ", " + o.kind(), TreeMap::new, Collectors.counting()));
    }

    private void bars(StringBuilder out, List<SelectionResult> seen, List<SelectionResult> heldOut) {
        line(out, "");
        line(out, "| comparison | bar | measured | met |");
        line(out, "|---|---|---|---|");
        PairedBootstrap examples = difference(heldOut, Way.AUTO, Way.EXAMPLES);
        SelectionResult worst = heldOut.stream()
                .min(Comparator.comparingDouble(r -> r.exact(Way.AUTO) - r.exact(Way.EXAMPLES)))
                .orElseThrow();
        double worstPoints = 100 * (worst.exact(Way.AUTO) - worst.exact(Way.EXAMPLES));
        bar(
                out,
                "held out: `auto` − `examples`",
                ">= +18, interval > 0",
                examples,
                examples.value() >= 18 && examples.low() > 0);
        bar(
                out,
                "held out, worst single task: `auto` − `examples`",
                ">= −10",
                String.format(Locale.ROOT, "%+.1f (%s)", worstPoints, worst.task()),
                worstPoints >= -10);
        PairedBootstrap adapter = difference(heldOut, Way.AUTO, Way.ADAPTER);
        bar(out, "held out: `auto` − `adapter`", ">= +5", adapter, adapter.value() >= 5);
        PairedBootstrap both = difference(heldOut, Way.AUTO, Way.ADAPTER_EXAMPLES);
        bar(out, "held out: `auto` − `adapter_examples`", ">= +3", both, both.value() >= 3);
        Way control = CONTROLS.stream()
                .max(Comparator.comparingDouble(way -> mean(heldOut, r -> r.exact(way))))
                .orElseThrow();
        PairedBootstrap best = difference(heldOut, Way.AUTO, control);
        bar(
                out,
                "held out: `auto` − best single control, " + control.label(),
                ">= +3, interval >= 0",
                best,
                best.value() >= 3 && best.low() >= 0);
        double tokens = mean(results, r -> r.outcomes().get(Way.AUTO).promptTokens())
                / mean(results, r -> r.outcomes().get(Way.EXAMPLES).promptTokens());
        bar(out, "prompt tokens an answer: `auto` / `examples`", "<= 60 %", percent(tokens), tokens <= 0.6);
        double alone = mean(seen, r -> r.outcomes().get(Way.AUTO).served().equals("adapter") ? 1 : 0);
        bar(out, "seen: share served by an adapter alone", ">= 90 %", percent(alone), alone >= 0.9);
        PairedBootstrap same = difference(seen, Way.AUTO, Way.ADAPTER);
        bar(out, "seen: `auto` − `adapter`", "within 1 point or above", same, same.value() >= -1);
        double error = calibrationError(heldOut);
        bar(
                out,
                "held out: expected calibration error of `confidence`",
                "<= 0.10",
                String.format(Locale.ROOT, "%.2f", error),
                error <= 0.1);
        double cost = median(results, r -> r.outcomes().get(Way.AUTO).timingMs().get("select"));
        bar(out, "time of `select`, median", "<= 400 ms", String.format(Locale.ROOT, "%.0f ms", cost), cost <= 400);
    }

    /// Mean distance between stated confidence and share of right answers, over bins of confidence.
    static double calibrationError(List<SelectionResult> results) {
        Map<Integer, List<SelectionResult>> bins = results.stream()
                .collect(Collectors.groupingBy(
                        r -> Math.min(CONFIDENCE_BINS - 1, (int) (CONFIDENCE_BINS * confidence(r)))));
        return bins.values().stream()
                        .mapToDouble(bin -> bin.size()
                                * Math.abs(mean(bin, SelectionTable::confidence) - mean(bin, r -> r.exact(Way.AUTO))))
                        .sum()
                / results.size();
    }

    private static double confidence(SelectionResult result) {
        return result.outcomes().get(Way.AUTO).confidence();
    }

    private void phases(StringBuilder out) {
        line(out, "");
        line(out, "Milliseconds of a request, median over tasks:");
        line(out, "");
        Map<String, Way> rows = new LinkedHashMap<>();
        rows.put("`adapter`", Way.ADAPTER);
        rows.put("`auto`", Way.AUTO);
        List<String> phases = List.of("fingerprint", "generate", "apply", "select", "prompt", "decode");
        line(out, "| | %s | all |", String.join(" | ", phases));
        line(out, "|---|--:|--:|--:|--:|--:|--:|--:|");
        rows.forEach((name, way) -> {
            List<String> cells = new ArrayList<>();
            for (String phase : phases) {
                cells.add(String.format(
                        Locale.ROOT,
                        "%.0f",
                        median(results, r -> r.outcomes().get(way).timingMs().get(phase))));
            }
            cells.add(String.format(
                    Locale.ROOT,
                    "%.0f",
                    median(results, r -> r.outcomes().get(way).milliseconds())));
            line(out, "| %s | %s |", name, String.join(" | ", cells));
        });
    }

    private static PairedBootstrap difference(List<SelectionResult> members, Way a, Way b) {
        return PairedBootstrap.of(members.stream()
                .mapToDouble(r -> 100 * (r.exact(a) - r.exact(b)))
                .toArray());
    }

    private static void bar(StringBuilder out, String what, String bar, PairedBootstrap measured, boolean met) {
        bar(
                out,
                what,
                bar,
                String.format(Locale.ROOT, "%+.1f [%+.1f, %+.1f]", measured.value(), measured.low(), measured.high()),
                met);
    }

    private static void bar(StringBuilder out, String what, String bar, String measured, boolean met) {
        line(out, "| %s | %s | %s | %s |", what, bar, measured, met ? "yes" : "**no**");
    }

    private static String percent(List<SelectionResult> members, Way way) {
        return members.isEmpty() ? "" : String.format(Locale.ROOT, "%.1f", 100 * mean(members, r -> r.exact(way)));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static double mean(List<SelectionResult> members, ToDoubleFunction<SelectionResult> value) {
        return members.stream().mapToDouble(value).average().orElseThrow();
    }

    private static double median(List<SelectionResult> members, ToDoubleFunction<SelectionResult> value) {
        double[] sorted = members.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void line(StringBuilder out, String pattern, Object... values) {
        out.append(String.format(Locale.ROOT, pattern, values)).append('\n');
    }
}
