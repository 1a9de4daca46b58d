package dev.icmlora.tasks.markdown;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A table of a report, as Markdown: columns first, then rows.
public final class MarkdownTable {

    private final List<String> header = new ArrayList<>();
    private final List<String> alignment = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /// Adds columns of text.
    public MarkdownTable text(String... columns) {
        return columns("---", columns);
    }

    /// Adds columns of numbers, which stand on the right.
    public MarkdownTable numbers(String... columns) {
        return columns("--:", columns);
    }

    private MarkdownTable columns(String aligned, String... columns) {
        for (String column : columns) {
            header.add(column);
            alignment.add(aligned);
        }
        return this;
    }

    public MarkdownTable row(String... cells) {
        return row(List.of(cells));
    }

    /// @throws IllegalArgumentException if there are more or fewer cells than columns
    public MarkdownTable row(List<String> cells) {
        if (cells.size() != header.size()) {
            throw new IllegalArgumentException(
                    "a row has %d cells, the table %d columns: %s".formatted(cells.size(), header.size(), cells));
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /// The table, each of its lines with a line end.
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        table.append(line(header));
        table.append('|').append(String.join("|", alignment)).append("|\n");
        rows.forEach(row -> table.append(line(row)));
        return table.toString();
    }

    private static String line(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
