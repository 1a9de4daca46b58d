package dev.icmlora.cli.tasks;

import dev.icmlora.tasks.folder.TaskFolder;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.tasks.suite.SuiteTask;

/// `icm-lora check`: says whether a folder of task files can be trained on, before hours are spent.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Reads a folder of task files, one .jsonl a task, and says what is in it or all that is wrong.")
public final class CheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FOLDER", description = "Of the task files.")
    private Path folder;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Most tokens of an example with its description (default: ${DEFAULT-VALUE}).")
    private int maxTokens = 512;

    @Option(names = "--seed", description = "Of the split into training and test examples (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        try (LlamaModel model = LlamaModel.load(installation.model(), ModelOptions.DEFAULT)) {
            TaskFolder.Tasks tasks =
                    TaskFolder.of(PromptFormat.of(model), maxTokens, seed).read(folder);
            PrintWriter out = spec.commandLine().getOut();
            for (SuiteTask task : tasks.tasks()) {
                out.printf(
                        "%s: %d descriptions, %d training and %d test examples%n",
                        task.id(),
                        task.descriptions().size(),
                        task.train().size(),
                        task.test().size());
            }
            if (tasks.repeated() > 0) {
                out.printf("%d repeated examples were left out%n", tasks.repeated());
            }
            out.flush();
        }
        return 0;
    }
}
