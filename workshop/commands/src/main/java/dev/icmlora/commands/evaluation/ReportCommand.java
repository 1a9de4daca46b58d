package dev.icmlora.commands.evaluation;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.Installation;
import dev.icmlora.evaluation.ControlBench;
import dev.icmlora.evaluation.FolderReport;
import dev.icmlora.tasks.folder.TaskFolder;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.curriculum.CurriculumSettings;

/// `icm-lora report`: measures a generator on the user's own tasks.
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures a generator on the test examples of your own tasks, without a running function.")
public final class ReportCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--task-folder", paramLabel = "FOLDER", required = true, description = "A .jsonl file each task.")
    private Path tasks;

    @Option(names = "--generator", paramLabel = "FILE", description = "default: models/generator.gguf")
    private Path generator;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the report here, too.")
    private Path out;

    @Option(names = "--inputs", paramLabel = "N", description = "Test inputs of a task (default: ${DEFAULT-VALUE}).")
    private int inputs = FolderReport.INPUTS;

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
            List<SuiteTask> all = TaskFolder.of(bench.format(), CurriculumSettings.MOST_TOKENS, suiteSeed)
                    .read(tasks)
                    .tasks();
            String report = new FolderReport(bench, inputs, seed).of(all);
            PrintWriter console = spec.commandLine().getOut();
            console.print(report);
            console.flush();
            if (out != null) {
                Files.writeString(out, report);
            }
        }
        return 0;
    }
}
