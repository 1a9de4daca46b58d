package dev.icmlora.evaluation;

import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.evaluation.Reliability.Bin;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// How sure the function is of each answer to held-out tasks, and how often it is right then.
final class ConfidenceSection {
    private ConfidenceSection() {}

    static String of(EvaluationReport report) {
        Optional<Reliability> auto = reliability(report, Condition.AUTO);
        if (auto.isEmpty()) {
            return "";
        }
        MarkdownTable summary = new MarkdownTable()
                .text("answers of held-out tasks")
                .numbers("answers", "of them calibrated", "right, %", "calibration error", "kept at 95 % right, %");
        Stream.of(Condition.AUTO, Condition.TUNED, Condition.SHOTS_5)
                .forEach(
                        condition -> reliability(report, condition).ifPresent(found -> row(summary, condition, found)));
        return "\n## How sure each answer is\n\n"
                + "Kept: the share of the answers, the surest first, of which 95 % are right together. Calibration error:"
                + " mean distance between confidence and share of right answers, over the bins below. A confidence that is not"
                + " calibrated is the model's own probability.\n\n"
                + summary + "\n" + bins(auto.get());
    }

    /// Of held-out tasks; empty where the function was not asked.
    static Optional<Reliability> reliability(EvaluationReport report, Condition condition) {
        return report.group(Group.HELD_OUT)
                .map(results -> results.reliability(condition))
                .filter(reliability -> !reliability.isEmpty());
    }

    private static void row(MarkdownTable table, Condition condition, Reliability reliability) {
        table.row(
                Figures.code(condition),
                String.valueOf(reliability.answers().size()),
                String.valueOf(reliability.calibrated()),
                Figures.format("%.1f", 100 * reliability.right()),
                Figures.format("%.3f", reliability.error()),
                Figures.format("%.1f", 100 * reliability.coverage(Reliability.PRECISION)));
    }

    private static MarkdownTable bins(Reliability auto) {
        MarkdownTable table = new MarkdownTable()
                .text("confidence, " + Figures.code(Condition.AUTO))
                .numbers("answers", "mean confidence, %", "right, %");
        for (Bin bin : auto.bins()) {
            boolean empty = bin.answers().isEmpty();
            table.row(
                    Figures.format("%.1f to %.1f", bin.number() / 10.0, (bin.number() + 1) / 10.0),
                    String.valueOf(bin.answers().size()),
                    empty ? "" : Figures.format("%.1f", 100 * bin.confidence()),
                    empty ? "" : Figures.format("%.1f", 100 * bin.right()));
        }
        return table;
    }
}
