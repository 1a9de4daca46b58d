package dev.icmlora.evaluation;

import java.util.List;

import dev.icmlora.evaluation.Target.Verdict;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// The report as Markdown: targets first, then how it was measured, then all figures.
final class MarkdownReport {
    private final EvaluationReport report;

    private MarkdownReport(EvaluationReport report) {
        this.report = report;
    }

    static String of(EvaluationReport report) {
        MarkdownReport markdown = new MarkdownReport(report);
        StringBuilder out = new StringBuilder(markdown.targets()).append(markdown.how());
        Results.of(report.results()).forEach(results -> out.append(GroupSection.of(results)));
        out.append(ServingSection.of(report));
        out.append(ConfidenceSection.of(report));
        out.append(LabelSection.of(report.labels()));
        out.append(ClosenessSection.of(report.closeness()));
        out.append(TextSection.of(report));
        return out.toString();
    }

    private String targets() {
        List<Target> targets = report.targets();
        MarkdownTable table = new MarkdownTable().text("what", "target", "measured", "");
        targets.forEach(target -> table.row(
                target.what(),
                target.required(),
                target.measured(),
                target.verdict().toString()));
        return "## Targets\n\n%d of %d targets are held, %d are not, %d are not measured.\n\n%s"
                .formatted(
                        count(targets, Verdict.HELD),
                        targets.size(),
                        count(targets, Verdict.NOT_HELD),
                        count(targets, Verdict.NOT_MEASURED),
                        table);
    }

    private static long count(List<Target> targets, Verdict verdict) {
        return targets.stream().filter(target -> target.verdict() == verdict).count();
    }

    private String how() {
        int inputs =
                report.results().stream().mapToInt(TaskResult::inputs).max().orElseThrow();
        return Figures.format(
                "\nGenerator \"%s\", served over HTTP with the quantised model; tasks, descriptions, examples and"
                        + " inputs drawn with seed %d, up to %d inputs a task. Exact match in percent, mean over tasks,"
                        + " with a 95 %% interval by paired bootstrap over tasks.%s\n"
                        + "\nThe generator's file takes %,d bytes, the B matrices of one adapter %,d; it was trained on"
                        + " %d tasks.\n",
                report.generator(),
                report.seed(),
                inputs,
                agreement(),
                report.storage().generator(),
                report.storage().adapter(),
                report.storage().tasks());
    }

    private String agreement() {
        return report.agreement() == null
                ? ""
                : Figures.format(
                        " Adapters that no request can ask for are served by the same engine in a second process. Where it"
                                + " was given the function's requests for adapters in the same order, it gave the same text"
                                + " for %.1f %% of the answers.",
                        100 * report.agreement());
    }
}
