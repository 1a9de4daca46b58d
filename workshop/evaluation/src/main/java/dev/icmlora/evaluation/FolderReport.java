package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.tasks.markdown.MarkdownTable;
import dev.icmlora.tasks.suite.SuiteTask;

/// Measures a generator on a folder of tasks, without a running function.
///
/// @param bench borrowed
/// @param inputs test inputs of a task
/// @param seed of what is drawn
public record FolderReport(ControlBench bench, int inputs, long seed) {

    /// Test inputs of a task by default.
    public static final int INPUTS = 20;

    /// @return the report as Markdown
    public String of(List<SuiteTask> tasks) {
        Set<String> seen = bench.file().manifest().learnedFrom().stream()
                .map(CatalogueEntry::task)
                .collect(Collectors.toSet());
        List<Row> rows = new ArrayList<>();
        for (SuiteTask task : ProgressBar.wrap(tasks, "tasks")) {
            rows.add(measure(task, seen.contains(task.id())));
        }
        return markdown(bench.file().manifest().name(), rows);
    }

    /// @param percents exact match in the order of the columns
    private record Row(String task, boolean seen, int tests, List<Double> percents) {}

    private Row measure(SuiteTask task, boolean seen) {
        Question question = Question.of(task, Condition.EXAMPLES, inputs, seed);
        List<int[]> queries = question.prompts(bench.format(), 0);
        List<int[]> shown = question.prompts(bench.format(), Condition.EXAMPLES);
        float[] latent = bench.latent(bench.vector(question.task(Condition.EXAMPLES)));
        Optional<Adapter> b0 = Optional.of(bench.generate(latent, 0));
        Optional<Adapter> adapter = Optional.of(bench.generate(latent, 1));
        int most = question.maxTokens(bench.format());
        List<Double> percents = Stream.of(
                        bench.answer(Optional.empty(), queries, most),
                        bench.answer(Optional.empty(), shown, most),
                        bench.answer(b0, queries, most),
                        bench.answer(b0, shown, most),
                        bench.answer(adapter, queries, most),
                        bench.answer(adapter, shown, most))
                .map(answers ->
                        100.0 * question.right(answers) / question.tests().size())
                .toList();
        return new Row(task.id(), seen, question.tests().size(), percents);
    }

    private static String markdown(String name, List<Row> rows) {
        StringBuilder report = new StringBuilder("# Generator \"%s\"\n\n".formatted(name));
        report.append("Exact match in percent on test examples that were not trained on; every task is stated with one"
                + " description and 5 of its training examples.");
        if (!rows.stream().allMatch(Row::seen)) {
            report.append(" `icm-lora train` stops, and chooses the state that it keeps, by the tasks that it does not"
                    + " train on: there these look a little better than they are.");
        }
        report.append("\n\n");
        MarkdownTable table = new MarkdownTable()
                .text("task", "trained on")
                .numbers("tests", "plain", "5 examples", "`b0`", "`b0`, 5 examples", "adapter", "adapter, 5 examples");
        rows.forEach(row -> append(table, row.task, row.seen ? "yes" : "no", row.tests, row.percents));
        mean(table, "**tasks trained on**", rows.stream().filter(Row::seen).toList());
        mean(table, "**other tasks**", rows.stream().filter(row -> !row.seen).toList());
        report.append(table);
        return report.toString();
    }

    private static void mean(MarkdownTable table, String name, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        List<Double> means = new ArrayList<>();
        for (int column = 0; column < rows.getFirst().percents.size(); column++) {
            int c = column;
            means.add(rows.stream()
                    .mapToDouble(row -> row.percents.get(c))
                    .average()
                    .orElseThrow());
        }
        append(table, name, "", rows.stream().mapToInt(Row::tests).sum(), means);
    }

    private static void append(MarkdownTable table, String task, String seen, int tests, List<Double> percents) {
        List<String> cells = new ArrayList<>(List.of(task, seen, String.valueOf(tests)));
        percents.forEach(percent -> cells.add(Figure.format("%.1f", percent)));
        table.row(cells);
    }
}
