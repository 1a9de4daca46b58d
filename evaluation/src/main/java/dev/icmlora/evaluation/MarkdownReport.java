package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.Bar.Verdict;
import dev.icmlora.evaluation.TextResult.Passage;

/// The report as Markdown, for `docs/evaluation.md`.
final class MarkdownReport {
    /// Columns of the table by family; the others are in the table by condition.
    private static final List<Condition> BY_FAMILY = List.of(
            Condition.PLAIN,
            Condition.SHOTS_5,
            Condition.B0,
            Condition.B0_EXAMPLES,
            Condition.GENERATED,
            Condition.GENERATED_EXAMPLES);

    private final EvaluationReport report;
    private final StringBuilder out = new StringBuilder();

    private MarkdownReport(EvaluationReport report) {
        this.report = report;
    }

    static String of(EvaluationReport report) {
        MarkdownReport markdown = new MarkdownReport(report);
        markdown.mustShow();
        markdown.how();
        Results.of(report.results()).forEach(markdown::group);
        markdown.closeness();
        markdown.texts();
        return markdown.out.toString();
    }

    private void mustShow() {
        List<Bar> bars = Bar.of(report);
        line("## What it must show\n");
        line(
                "%d of %d bars are held, %d are not, %d are not measured.\n",
                count(bars, Verdict.HELD),
                bars.size(),
                count(bars, Verdict.NOT_HELD),
                count(bars, Verdict.NOT_MEASURED));
        row("what", "bar", "measured", "");
        row("---", "---", "---", "---");
        bars.forEach(bar ->
                row(bar.what(), bar.required(), bar.measured(), bar.verdict().toString()));
    }

    private static long count(List<Bar> bars, Verdict verdict) {
        return bars.stream().filter(bar -> bar.verdict() == verdict).count();
    }

    private void how() {
        int inputs =
                report.results().stream().mapToInt(TaskResult::inputs).max().orElseThrow();
        line(
                "\nGenerator \"%s\", served over HTTP with the quantised model; tasks, descriptions, examples and"
                        + " inputs drawn with seed %d, up to %d inputs a task. Exact match in percent, mean over tasks,"
                        + " with a 95 %% interval by paired bootstrap over tasks. Adapters that no request"
                        + " can ask for are served by a second process with the same parts; under generated ones it"
                        + " and the function gave the same text for %.1f %% of the answers.",
                report.generator(), report.seed(), inputs, 100 * report.agreement());
        line(
                "\nThe generator's file takes %,d bytes, the B matrices of one adapter %,d; it was trained on %d tasks.",
                report.storage().generator(),
                report.storage().adapter(),
                report.storage().tasks());
    }

    private void group(Results results) {
        line(
                "\n## %s: %d %s",
                title(results.group().toString()),
                results.tasks().size(),
                results.group().meaning());
        line("\nPrompt tokens: length of an answer's prompt. What an adapter is made from is read once for each task,"
                + " and not counted.\n");
        row("condition", "tasks", "exact match", "`generated` − it", "prompt tokens", "what it is");
        row("---", "--:", "--:", "--:", "--:", "---");
        for (Condition condition : Condition.values()) {
            Results measured = results.having(condition);
            if (measured.isEmpty()) {
                continue;
            }
            PairedBootstrap difference = results.difference(Condition.GENERATED, condition);
            row(
                    "`" + condition + "`",
                    String.valueOf(measured.tasks().size()),
                    interval("%.1f [%.1f, %.1f]", results.exact(condition)),
                    condition == Condition.GENERATED ? "" : interval("%+.1f [%+.1f, %+.1f]", difference),
                    format("%.0f", results.promptTokens(condition)),
                    condition.meaning());
        }
        line("");
        trained(results);
        families(results);
    }

    /// The strongest conditions over those tasks alone that have an adapter of their own.
    private void trained(Results all) {
        Results results = all.having(Condition.ON_EXAMPLES);
        if (results.isEmpty()) {
            return;
        }
        List<Condition> compared = Stream.of(
                        Condition.SHOTS_5,
                        Condition.B0_EXAMPLES,
                        Condition.GENERATED,
                        Condition.GENERATED_EXAMPLES,
                        Condition.ON_EXAMPLES,
                        Condition.OWN)
                .filter(condition -> !results.having(condition).isEmpty())
                .toList();
        line(
                "Over the %d tasks that have `%s`: %s.\n",
                results.tasks().size(),
                Condition.ON_EXAMPLES,
                compared.stream()
                        .map(condition -> "`%s` %s".formatted(condition, percent(results, condition)))
                        .collect(Collectors.joining(", ")));
    }

    private void families(Results results) {
        familyRow("family", "tasks", condition -> "`" + condition + "`");
        familyRow("---", "--:", _ -> "--:");
        results.families()
                .forEach((family, tasks) -> familyRow(
                        family, String.valueOf(tasks.tasks().size()), condition -> percent(tasks, condition)));
        familyRow(
                "**all**",
                String.valueOf(results.tasks().size()),
                condition -> "**" + percent(results, condition) + "**");
    }

    private void familyRow(String first, String second, Function<Condition, String> cell) {
        List<String> cells = new ArrayList<>(List.of(first, second));
        BY_FAMILY.forEach(condition -> cells.add(cell.apply(condition)));
        row(cells.toArray(String[]::new));
    }

    private static String percent(Results results, Condition condition) {
        return format(
                "%.1f",
                results.tasks().stream()
                        .mapToDouble(task -> task.percent(condition))
                        .average()
                        .orElseThrow());
    }

    private void closeness() {
        if (report.closeness().isEmpty()) {
            return;
        }
        line("\n## Generated and trained\n");
        line("How close the adapter generated for a seen task is to the one trained for it alone. Distances between all"
                + " B matrices, in units of how far training went from B0. A generator that memorised would be nearer to"
                + " a checkpoint than checkpoints are to each other; where it was trained without a zoo, as the default"
                + " one, it never saw one, and the distance only says how far apart two adapters of like function may"
                + " be. The checkpoints are of one training, so they lie close together. KL from the trained adapter's"
                + " predictions, in nats a"
                + " token, over the answers to test inputs.\n");
        row("task", "error", "nearest checkpoint", "between checkpoints", "KL", "KL of B0");
        row("---", "--:", "--:", "--:", "--:", "--:");
        report.closeness()
                .forEach(task -> closeness(
                        task.task(),
                        task.error(),
                        task.nearest(),
                        task.between(),
                        task.divergence(),
                        task.divergenceOfB0()));
        closeness(
                "**mean**",
                mean(Closeness::error),
                mean(Closeness::nearest),
                mean(Closeness::between),
                mean(Closeness::divergence),
                mean(Closeness::divergenceOfB0));
    }

    private void closeness(String task, double error, double nearest, double between, double kl, double klOfB0) {
        row(
                task,
                format("%.2f", error),
                format("%.2f", nearest),
                format("%.2f", between),
                format("%.3f", kl),
                format("%.3f", klOfB0));
    }

    private double mean(ToDoubleFunction<Closeness> figure) {
        return report.closeness().stream().mapToDouble(figure).average().orElseThrow();
    }

    private void texts() {
        line("\n## Text domains\n");
        if (report.texts().isEmpty()) {
            line("None was measured.");
        } else {
            line("Perplexity and bits per character of the second part of passages that were never trained on, given"
                    + " the first part and the description; bare: the first part alone, as running text, without"
                    + " markup. Ratios of perplexities with a 95 %% interval by paired bootstrap over passages.\n");
            row(
                    "domain",
                    "passages",
                    "base, bare",
                    "base",
                    "`b0`",
                    "`generated`",
                    "`own`",
                    "`generated` / base",
                    "`generated` / `own`",
                    "base, bare, bpc",
                    "base, bpc",
                    "`b0`, bpc",
                    "`generated`, bpc",
                    "`own`, bpc");
            row("---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
            report.texts().forEach(this::text);
        }
        report.missingTexts().forEach((domain, why) -> line("\n`%s` is missing: %s", domain, why));
    }

    private void text(TextResult text) {
        String ratio = "%.3f [%.3f, %.3f]";
        row(
                text.domain(),
                String.valueOf(text.passages().size()),
                format("%.2f", text.perplexity(Passage::bare)),
                format("%.2f", text.perplexity(Passage::base)),
                format("%.2f", text.perplexity(Passage::b0)),
                format("%.2f", text.perplexity(Passage::generated)),
                text.hasOwn() ? format("%.2f", text.perplexity(Passage::own)) : "",
                interval(ratio, text.perplexityRatio(Passage::generated, Passage::base)),
                text.hasOwn() ? interval(ratio, text.perplexityRatio(Passage::generated, Passage::own)) : "",
                format("%.3f", text.bitsPerCharacter(Passage::bare)),
                format("%.3f", text.bitsPerCharacter(Passage::base)),
                format("%.3f", text.bitsPerCharacter(Passage::b0)),
                format("%.3f", text.bitsPerCharacter(Passage::generated)),
                text.hasOwn() ? format("%.3f", text.bitsPerCharacter(Passage::own)) : "");
    }

    private static String interval(String pattern, PairedBootstrap figure) {
        return format(pattern, figure.value(), figure.low(), figure.high());
    }

    private static String title(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private void row(String... cells) {
        line("%s", "| " + String.join(" | ", cells) + " |");
    }

    private void line(String pattern, Object... values) {
        out.append(format(pattern, values)).append('\n');
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
