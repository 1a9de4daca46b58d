package dev.icmlora.evaluation;

import java.util.stream.Collectors;

import dev.icmlora.evaluation.TextResult.Passage;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// The text domains in the report.
final class TextSection {
    private static final String RATIO = "%.3f [%.3f, %.3f]";

    private TextSection() {}

    static String of(EvaluationReport report) {
        return "\n## Text domains\n\n" + (report.texts().isEmpty() ? "None was measured.\n" : measured(report))
                + report.missingTexts().entrySet().stream()
                        .map(missing -> "\n`%s` is missing: %s\n".formatted(missing.getKey(), missing.getValue()))
                        .collect(Collectors.joining());
    }

    private static String measured(EvaluationReport report) {
        MarkdownTable table = new MarkdownTable()
                .text("domain")
                .numbers("passages", "base, bare", "base", "`b0`", "`generated`", "`own`")
                .numbers("`generated` / base", "`generated` / `own`")
                .numbers("base, bare, bpc", "base, bpc", "`b0`, bpc", "`generated`, bpc", "`own`, bpc");
        report.texts().forEach(text -> row(table, text));
        return "Perplexity and bits per character of the second part of passages that were never trained on, given"
                + " the first part and the description; bare: the first part alone, as running text, without"
                + " markup. Ratios of perplexities with a 95 % interval by paired bootstrap over passages.\n\n"
                + table;
    }

    private static void row(MarkdownTable table, TextResult text) {
        table.row(
                text.domain(),
                String.valueOf(text.passages().size()),
                Figures.format("%.2f", text.perplexity(Passage::bare)),
                Figures.format("%.2f", text.perplexity(Passage::base)),
                Figures.format("%.2f", text.perplexity(Passage::b0)),
                Figures.format("%.2f", text.perplexity(Passage::generated)),
                text.hasOwn() ? Figures.format("%.2f", text.perplexity(Passage::own)) : "",
                Figures.interval(RATIO, text.perplexityRatio(Passage::generated, Passage::base)),
                text.hasOwn() ? Figures.interval(RATIO, text.perplexityRatio(Passage::generated, Passage::own)) : "",
                Figures.format("%.3f", text.bitsPerCharacter(Passage::bare)),
                Figures.format("%.3f", text.bitsPerCharacter(Passage::base)),
                Figures.format("%.3f", text.bitsPerCharacter(Passage::b0)),
                Figures.format("%.3f", text.bitsPerCharacter(Passage::generated)),
                text.hasOwn() ? Figures.format("%.3f", text.bitsPerCharacter(Passage::own)) : "");
    }
}
