package dev.icmlora.cli.evaluation;

import dev.icmlora.evaluation.Condition;
import dev.icmlora.evaluation.ControlBench;
import dev.icmlora.evaluation.Question;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.folder.TaskFolder;

/// `icm-lora report`: what a generator is worth on somebody's own tasks.
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures a generator on the test examples of your own tasks, without a running function.")
public final class ReportCommand implements Callable<Integer> {
    private static final int MOST_TOKENS = 512;
    private static final List<String> HEADER = List.of(
            "task",
            "trained on",
            "tests",
            "plain",
            "5 examples",
            "`b0`",
            "`b0`, 5 examples",
            "adapter",
            "adapter, 5 examples");

    @Spec
    private CommandSpec spec;

    @Option(names = "--task-folder", paramLabel = "FOLDER", required = true, description = "A .jsonl file each task.")
    private Path tasks;

    @Option(names = "--generator", paramLabel = "FILE", description = "default: models/generator.gguf")
    private Path generator;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the report here, too.")
    private Path out;

    @Option(names = "--inputs", paramLabel = "N", description = "Test inputs of a task (default: ${DEFAULT-VALUE}).")
    private int inputs = 20;

    @Option(names = "--seed", description = "Of what is drawn (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--suite-seed",
            description = "Of the split into examples to train on and to test with, as in training"
                    + " (default: ${DEFAULT-VALUE}).")
    private long suiteSeed = 1;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path file = generator == null ? installation.generator() : generator;
        try (ControlBench bench = ControlBench.open(installation, file, threads)) {
            List<SuiteTask> all = TaskFolder.of(bench.format(), MOST_TOKENS, suiteSeed)
                    .read(tasks)
                    .tasks();
            Set<String> seen = bench.file().manifest().catalogue().stream()
                    .map(CatalogueEntry::task)
                    .collect(Collectors.toSet());
            List<Row> rows = new ArrayList<>();
            for (SuiteTask task : ProgressBar.wrap(all, "tasks")) {
                rows.add(measure(bench, task, seen.contains(task.id())));
            }
            String report = markdown(bench.file().manifest().name(), rows);
            PrintWriter console = spec.commandLine().getOut();
            console.print(report);
            console.flush();
            if (out != null) {
                Files.writeString(out, report);
            }
        }
        return 0;
    }

    /// @param percents exact match in the order of the columns
    private record Row(String task, boolean seen, int tests, List<Double> percents) {}

    private Row measure(ControlBench bench, SuiteTask task, boolean seen) {
        Question question = Question.of(task, Condition.EXAMPLES, inputs, seed);
        List<int[]> queries = question.prompts(bench.format(), 0);
        List<int[]> shown = question.prompts(bench.format(), Condition.EXAMPLES);
        float[] latent = bench.latent(bench.vector(question.task(Condition.EXAMPLES)));
        List<NamedTensor> b0 = bench.generate(latent, 0);
        List<NamedTensor> adapter = bench.generate(latent, 1);
        int most = question.maxTokens(bench.format());
        List<Double> percents = Stream.of(
                        bench.answer(queries, most),
                        bench.answer(shown, most),
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
        append(report, HEADER);
        append(report, List.of("---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"));
        rows.forEach(row -> append(report, row.task, row.seen ? "yes" : "no", row.tests, row.percents));
        mean(report, "**tasks trained on**", rows.stream().filter(Row::seen).toList());
        mean(report, "**other tasks**", rows.stream().filter(row -> !row.seen).toList());
        return report.toString();
    }

    private static void mean(StringBuilder report, String name, List<Row> rows) {
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
        append(report, name, "", rows.stream().mapToInt(Row::tests).sum(), means);
    }

    private static void append(StringBuilder report, String task, String seen, int tests, List<Double> percents) {
        List<String> cells = new ArrayList<>(List.of(task, seen, String.valueOf(tests)));
        percents.forEach(percent -> cells.add(String.format(Locale.ROOT, "%.1f", percent)));
        append(report, cells);
    }

    private static void append(StringBuilder report, List<String> cells) {
        report.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
