package dev.icmlora.evaluation;

import java.util.List;

import dev.icmlora.evaluation.LabelResult.Way;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// What naming the labels is worth, and how sure the function is of them.
final class LabelSection {
    private LabelSection() {}

    static String of(List<LabelResult> results) {
        if (results.isEmpty()) {
            return "";
        }
        MarkdownTable table = new MarkdownTable()
                .text("five examples")
                .numbers("right, %", "answers", "of them calibrated", "calibration error", "kept at 95 % right, %");
        for (Way way : Way.values()) {
            Reliability reliability = LabelResult.reliability(results, way);
            table.row(
                    way.meaning(),
                    Figures.interval("%.1f [%.1f, %.1f]", LabelResult.exact(results, way)),
                    String.valueOf(reliability.answers().size()),
                    String.valueOf(reliability.calibrated()),
                    Figures.format("%.3f", reliability.error()),
                    Figures.format("%.1f", 100 * reliability.coverage(Reliability.PRECISION)));
        }
        return Figures.format(
                "\n## Labels\n\nThe %d held-out tasks with at most %d different answers: these are the labels.\n\n%s",
                results.size(),
                results.stream().mapToInt(LabelResult::labels).max().orElseThrow(),
                table);
    }
}
