package dev.icmlora.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import com.google.gson.GsonBuilder;

import dev.icmlora.evaluation.UntrainedEvaluation.Outcome;
import dev.icmlora.evaluation.UntrainedEvaluation.Row;
import dev.icmlora.evaluation.UntrainedEvaluation.Way;
import dev.icmlora.tasks.markdown.MarkdownTable;
import dev.icmlora.tasks.suite.Split;

/// What an [UntrainedEvaluation] found.
public record UntrainedReport(Split split, List<Way> ways, List<Row> rows) {

    private static final String CONTROL = Condition.SHOTS_5.toString();
    private static final String TUNED = Condition.TUNED.toString();

    /// Writes it as Markdown and as JSON with each task's results.
    ///
    /// @return the Markdown
    public String write(Path folder) throws IOException {
        String markdown = markdown();
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("untrained.md"), markdown);
        Files.writeString(
                folder.resolve("untrained.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(rows));
        return markdown;
    }

    String markdown() {
        Row worst = rows.stream()
                .min(Comparator.comparingDouble(row -> exact(row, TUNED) - exact(row, CONTROL)))
                .orElseThrow();
        return Figures.format(
                "%d tasks (%s), up to %d inputs each. Exact match in percent, mean over tasks, with a 95 %% interval by"
                        + " paired bootstrap over tasks.\n\n%s\nWorst single task, `%s` − `%s`: %+.1f points (%s).\n\n%s",
                rows.size(),
                split.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                rows.stream().mapToInt(Row::inputs).max().orElseThrow(),
                byWay(),
                TUNED,
                CONTROL,
                exact(worst, TUNED) - exact(worst, CONTROL),
                worst.task(),
                byFamily());
    }

    private MarkdownTable byWay() {
        MarkdownTable table = new MarkdownTable()
                .text("way", "what it is")
                .numbers("exact match", "it − `" + CONTROL + "`", "tokens read for an answer", "seconds a request");
        for (Way way : ways) {
            PairedBootstrap difference =
                    PairedBootstrap.of(values(row -> exact(row, way.name()) - exact(row, CONTROL)));
            table.row(
                    "`" + way.name() + "`",
                    way.meaning(),
                    Figures.interval("%.1f [%.1f, %.1f]", PairedBootstrap.of(values(row -> exact(row, way.name())))),
                    way.name().equals(CONTROL) ? "" : Figures.interval("%+.1f [%+.1f, %+.1f]", difference),
                    Figures.format(
                            "%.0f", mean(rows, row -> outcome(row, way.name()).tokens())),
                    Figures.format(
                            "%.1f", mean(rows, row -> outcome(row, way.name()).milliseconds()) / 1000));
        }
        return table;
    }

    private MarkdownTable byFamily() {
        MarkdownTable table =
                new MarkdownTable().text("family").numbers("tasks", "`plain`", "`" + CONTROL + "`", "`" + TUNED + "`");
        rows.stream()
                .collect(Collectors.groupingBy(Row::family, TreeMap::new, Collectors.toList()))
                .forEach((family, of) -> table.row(
                        family,
                        String.valueOf(of.size()),
                        percent(of, Condition.PLAIN.toString()),
                        percent(of, CONTROL),
                        percent(of, TUNED)));
        return table;
    }

    private static String percent(List<Row> some, String way) {
        return Figures.format("%.1f", mean(some, row -> exact(row, way)));
    }

    private double[] values(ToDoubleFunction<Row> figure) {
        return rows.stream().mapToDouble(figure).toArray();
    }

    private static double mean(List<Row> some, ToDoubleFunction<Row> figure) {
        return some.stream().mapToDouble(figure).average().orElseThrow();
    }

    private static double exact(Row row, String way) {
        return outcome(row, way).exact();
    }

    private static Outcome outcome(Row row, String way) {
        return row.ways().get(way);
    }
}
