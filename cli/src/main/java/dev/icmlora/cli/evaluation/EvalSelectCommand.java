package dev.icmlora.cli.evaluation;

import dev.icmlora.evaluation.Evaluation;
import dev.icmlora.evaluation.FunctionClient;
import dev.icmlora.evaluation.SelectionComparison;
import dev.icmlora.evaluation.SelectionResult;
import dev.icmlora.evaluation.SelectionTable;

import java.io.IOException;
import java.io.PrintWriter;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.tasks.family.Families;

/// `icm-lora eval-select`: measures what mode auto is worth.
@Command(
        name = "eval-select",
        mixinStandardHelpOptions = true,
        description = "Measures mode auto of a running function against every way that can be named, on seen and"
                + " held-out tasks; prints the tables and writes them to a folder.")
public final class EvalSelectCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private MeasurementOptions options;

    @Option(names = "--examples", paramLabel = "N", description = "Examples a request (default: ${DEFAULT-VALUE}).")
    private int examples = 5;

    @Option(
            names = "--refine-ms",
            paramLabel = "MS",
            description = "Search for a better latent; 0 leaves it out (default: ${DEFAULT-VALUE}).")
    private int refineMs = 2000;

    @Option(names = "--out", paramLabel = "FOLDER", description = "For selection.md and .json (default: .train/eval).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Installation installation = Installation.ofThisProcess();
        GeneratorManifest manifest =
                GeneratorFile.read(options.generator(installation)).manifest();
        Set<String> catalogue = manifest.catalogue().stream()
                .map(GeneratorManifest.CatalogueEntry::task)
                .collect(Collectors.toSet());
        List<Evaluation.Subject> subjects =
                Evaluation.subjects(TaskSuite.create(options.suiteSeed), catalogue, options.tasks, options.seed);
        SelectionComparison.Settings settings =
                new SelectionComparison.Settings(options.inputs, examples, refineMs, options.seed);

        NativeLibraries.load(installation.nativeDirectory());
        List<SelectionResult> results = new ArrayList<>();
        try (LlamaModel model = LlamaModel.load(installation.model(), ModelOptions.DEFAULT);
                FunctionClient function = new FunctionClient(options.function.connect());
                ProgressBar bar = new ProgressBar("tasks", subjects.size())) {
            SelectionComparison comparison =
                    new SelectionComparison(function, PromptFormat.of(model), Families.heldOut(), settings);
            for (Evaluation.Subject subject : subjects) {
                results.add(comparison.measure(subject));
                bar.step();
            }
        }
        SelectionTable table = new SelectionTable(manifest.name(), settings, results);
        Path folder = out == null ? installation.root().resolve(".train/eval") : out;
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("selection.md"), table.markdown());
        Files.writeString(
                folder.resolve("selection.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(table));
        PrintWriter console = spec.commandLine().getOut();
        console.print(table.markdown());
        console.println();
        console.println("Written to " + folder);
        console.flush();
        return 0;
    }
}
