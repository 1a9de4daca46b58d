package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.icmlora.evaluation.FolderEvaluation.Plan;
import dev.icmlora.evaluation.FolderEvaluation.Row;
import dev.icmlora.tasks.markdown.MarkdownTable;

/// The tables of a [FolderEvaluation].
record FolderResults(Plan plan, List<Row> rows) {
    private static final String REFUSED = "refused";

    /// The answers of one way at one number of examples, without the tasks that it was refused for.
    record Cell(String way, int examples, List<Row> rows) {

        /// Over the tasks, each the mean of its draws.
        PairedBootstrap exact() {
            return PairedBootstrap.of(groups(rows, Row::task).values().stream()
                    .mapToDouble(task ->
                            task.stream().mapToDouble(Row::percent).average().orElseThrow())
                    .toArray());
        }

        Reliability reliability() {
            return new Reliability(
                    rows.stream().flatMap(row -> row.answers().stream()).toList());
        }

        /// The median.
        double seconds() {
            double[] sorted = rows.stream().mapToDouble(Row::seconds).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    /// By number of examples, then by way, in the order in which they were asked; those without an answer are left out.
    List<Cell> cells() {
        return cells(rows).stream().filter(cell -> !cell.rows.isEmpty()).toList();
    }

    private static List<Cell> cells(List<Row> rows) {
        List<Cell> cells = new ArrayList<>();
        groups(rows, Row::examples)
                .forEach((examples, of) -> groups(of, Row::way)
                        .forEach((way, asked) -> cells.add(new Cell(way, examples, answered(asked)))));
        return cells;
    }

    String markdown() {
        List<Row> labelled = rows.stream().filter(row -> row.labels() > 0).toList();
        List<Row> spans = rows.stream().filter(Row::isSpan).toList();
        List<Row> texts =
                rows.stream().filter(row -> row.labels() == 0 && !row.isSpan()).toList();
        return section("Tasks with labels", "examples a label", labelled)
                + section("Tasks of spans", "examples", spans)
                + section("Tasks of any text", "examples", texts)
                + refusals();
    }

    /// Empty without rows.
    private String section(String title, String examples, List<Row> rows) {
        if (rows.isEmpty()) {
            return "";
        }
        MarkdownTable table = new MarkdownTable()
                .text("way")
                .numbers(examples, "tasks", "right, %", "calibration error", "kept at 95 % right, %", "seconds");
        for (Cell cell : cells(rows)) {
            if (cell.rows.isEmpty()) {
                table.row("`" + cell.way + "`", String.valueOf(cell.examples), "0", REFUSED, "", "", "");
                continue;
            }
            table.row(
                    "`" + cell.way + "`",
                    String.valueOf(cell.examples),
                    String.valueOf(groups(cell.rows, Row::task).size()),
                    Figure.interval("%.1f [%.1f, %.1f]", cell.exact()),
                    Figure.format("%.3f", cell.reliability().error()),
                    Figure.format("%.1f", 100 * cell.reliability().coverage(Reliability.PRECISION)),
                    Figure.format("%.2f", cell.seconds()));
        }
        return Figure.format(
                "## %s\n\n%d tasks, up to %d inputs each, drawn %d times, first with seed %d.\n\n%s\n%s\n",
                title,
                groups(rows, Row::task).size(),
                plan.inputs(),
                plan.seeds(),
                plan.seed(),
                table,
                tasks(rows, examples));
    }

    /// A line for each task and number of examples.
    private static String tasks(List<Row> rows, String examples) {
        List<String> ways = rows.stream().map(Row::way).distinct().toList();
        MarkdownTable table = new MarkdownTable()
                .text("task: right, %")
                .numbers(examples)
                .numbers(ways.stream().map(way -> "`" + way + "`").toArray(String[]::new));
        groups(rows, Row::task)
                .forEach((task, ofTask) -> groups(ofTask, Row::examples)
                        .forEach((number, drawn) -> table.row(Stream.concat(
                                        Stream.of(task, String.valueOf(number)),
                                        ways.stream().map(way -> percent(drawn, way)))
                                .toList())));
        return table.toString();
    }

    private static String percent(List<Row> rows, String way) {
        return answered(rows).stream().filter(row -> row.way().equals(way)).mapToDouble(Row::percent).average().stream()
                .mapToObj(mean -> Figure.format("%.1f", mean))
                .findFirst()
                .orElse(rows.stream().anyMatch(row -> row.way().equals(way)) ? REFUSED : "–");
    }

    /// The function's refusals, each reason once.
    private String refusals() {
        return rows.stream()
                .filter(row -> row.refused() != null)
                .map(row -> "- `%s` at %d: %s\n".formatted(row.way(), row.examples(), row.refused()))
                .distinct()
                .collect(Collectors.joining());
    }

    private static List<Row> answered(List<Row> rows) {
        return rows.stream().filter(row -> row.refused() == null).toList();
    }

    private static <K> SequencedMap<K, List<Row>> groups(List<Row> rows, Function<Row, K> key) {
        return rows.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }
}
