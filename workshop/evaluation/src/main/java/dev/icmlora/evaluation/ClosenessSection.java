package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

import dev.icmlora.tasks.markdown.MarkdownTable;

/// How close generated adapters are to trained ones, in the report.
final class ClosenessSection {
    private static final List<Column> COLUMNS = List.of(
            new Column("error", "%.2f", Closeness::error),
            new Column("nearest checkpoint", "%.2f", Closeness::nearest),
            new Column("between checkpoints", "%.2f", Closeness::between),
            new Column("KL", "%.3f", Closeness::divergence),
            new Column("KL of B0", "%.3f", Closeness::divergenceOfB0));

    private ClosenessSection() {}

    private record Column(String title, String pattern, ToDoubleFunction<Closeness> figure) {

        String mean(List<Closeness> tasks) {
            return Figures.format(
                    pattern, tasks.stream().mapToDouble(figure).average().orElseThrow());
        }
    }

    /// @return nothing where no adapter was trained for a task alone
    static String of(List<Closeness> tasks) {
        if (tasks.isEmpty()) {
            return "";
        }
        MarkdownTable table = new MarkdownTable().text("task");
        COLUMNS.forEach(column -> table.numbers(column.title));
        tasks.forEach(task -> row(table, task.task(), List.of(task)));
        row(table, "**mean**", tasks);
        return "\n## Generated and trained\n\n"
                + "How close the adapter generated for a seen task is to the one trained for it alone. Distances between all"
                + " B matrices, in units of how far training went from B0. A generator that memorised would be nearer to"
                + " a checkpoint than checkpoints are to each other; where it was trained without a zoo, as the default"
                + " one, it never saw one, and the distance only says how far apart two adapters of like function may"
                + " be. The checkpoints are of one training, so they lie close together. KL from the trained adapter's"
                + " predictions, in nats a token, over the answers to test inputs.\n\n"
                + table;
    }

    private static void row(MarkdownTable table, String title, List<Closeness> tasks) {
        List<String> cells = new ArrayList<>(List.of(title));
        COLUMNS.forEach(column -> cells.add(column.mean(tasks)));
        table.row(cells);
    }
}
