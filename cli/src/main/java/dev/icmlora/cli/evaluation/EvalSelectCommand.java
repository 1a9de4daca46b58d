package dev.icmlora.cli.evaluation;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.cli.function.RunningFunction;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.evaluation.FunctionClient;
import dev.icmlora.evaluation.ReportFiles;
import dev.icmlora.evaluation.SelectionEvaluation;
import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest;

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

    @Option(names = "--out", paramLabel = "FOLDER", description = "For selection.md and .json (default: .train/eval).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Installation installation = Installation.ofThisProcess();
        GeneratorManifest manifest =
                GeneratorFile.read(options.generator(installation)).manifest();
        Path folder = out == null ? installation.root().resolve(".train/eval") : out;
        try (LoadedModel base = LoadedModel.load(
                        installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT);
                RunningFunction function = options.connect()) {
            SelectionEvaluation evaluation = new SelectionEvaluation(
                    new FunctionClient(function::generate), options.measurement(), examples);
            PrintWriter console = spec.commandLine().getOut();
            console.print(new ReportFiles(folder).write(evaluation.measure(manifest, base.format())));
            console.println();
            console.println("Written to " + folder);
            console.flush();
        }
        return 0;
    }
}
