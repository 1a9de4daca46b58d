package dev.icmlora.trainer.eval;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import com.google.gson.GsonBuilder;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.cvae.GeneratorFile;
import dev.icmlora.generator.cvae.GeneratorManifest;
import dev.icmlora.trainer.suite.TaskSuite;

/// `icm-lora eval`: measures a running function on the task suite.
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = "Measures a running function on tasks that its generator was trained on, with inputs it never"
                + " saw, and on held-out tasks; prints the tables and writes them to a folder.")
public final class EvalCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            defaultValue = "${ICM_LORA_URL:-http://localhost:8080}",
            description = "Of the function (default: ICM_LORA_URL, else ${DEFAULT-VALUE}).")
    private URI url;

    @Option(names = "--generator", description = "That the function runs (default: models/generator.gguf).")
    private Path generator;

    @Option(names = "--inputs", paramLabel = "N", description = "Test inputs of a task (default: ${DEFAULT-VALUE}).")
    private int inputs = 8;

    @Option(names = "--examples", paramLabel = "N", description = "Examples a request (default: ${DEFAULT-VALUE}).")
    private int examples = 5;

    @Option(names = "--tasks", paramLabel = "N", description = "Most tasks of a group (default: all).")
    private int tasks = Integer.MAX_VALUE;

    @Option(names = "--seed", description = "Of what is drawn (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--suite-seed", description = "Seed of the task suite (default: ${DEFAULT-VALUE}).")
    private long suiteSeed = 1;

    @Option(names = "--out", paramLabel = "FOLDER", description = "For evaluation.md and .json (default: .train/eval).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Installation installation = Installation.ofThisProcess();
        GeneratorManifest manifest = GeneratorFile.read(generator == null ? installation.generator() : generator)
                .manifest();
        Set<String> catalogue = manifest.catalogue().stream()
                .map(GeneratorManifest.CatalogueEntry::task)
                .collect(Collectors.toSet());
        List<Evaluation.Subject> subjects = Evaluation.subjects(TaskSuite.create(suiteSeed), catalogue, tasks, seed);

        List<TaskResult> results = new ArrayList<>();
        try (FunctionClient function = new FunctionClient(url);
                ProgressBar bar = new ProgressBar("tasks", subjects.size())) {
            Evaluation evaluation = new Evaluation(function, inputs, examples, seed);
            for (Evaluation.Subject subject : subjects) {
                results.add(evaluation.measure(subject));
                bar.step();
            }
        }
        EvaluationReport report = new EvaluationReport(manifest.name(), examples, results);
        Path folder = out == null ? installation.root().resolve(".train/eval") : out;
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("evaluation.md"), report.markdown());
        Files.writeString(
                folder.resolve("evaluation.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(report));
        PrintWriter console = spec.commandLine().getOut();
        console.print(report.markdown());
        console.println();
        console.println("Written to " + folder);
        console.flush();
        return 0;
    }
}
