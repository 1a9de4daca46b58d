package dev.icmlora.commands.paper;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.commands.options.CurriculumOptions;
import dev.icmlora.trainer.paper.AdapterImport;

/// `icm-lora paper import-adapter`: a LoRA that was trained elsewhere becomes one of a task's adapters in the zoo.
@Command(
        name = "import-adapter",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Projects a LoRA that was trained elsewhere onto the A of B0, keeps it in the zoo as an adapter of a task,"
                    + " and says what the projection lost."
        },
        footer = {"", "icm-lora paper import-adapter --task inflection/plural my-lora/"})
public final class ImportAdapterCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "A LoRA of the base model: a GGUF file, the folder that PEFT saved, or a zip of it.")
    private Path file;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "ID",
            description = "The training task that it was trained for.")
    private String task;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Training folder with B0 and zoo (default: .train beside models/).")
    private Path folder;

    @Option(
            names = "--partial",
            description = "Leave out what it changes in modules that B0 does not adapt; it counts as lost.")
    private boolean partial;

    @Mixin
    private CurriculumOptions curriculum;

    @Override
    public Integer call() throws IOException {
        print(new AdapterImport(file, task, Optional.ofNullable(folder), partial, curriculum.settings()).run());
        return 0;
    }

    private void print(AdapterImport.Outcome outcome) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("lost by projection, of 1:");
        outcome.losses()
                .forEach((module, loss) -> out.printf(
                        Locale.ROOT,
                        "  %-12s %.4f%s%n",
                        module,
                        loss,
                        outcome.modules().contains(module) ? "" : "  (left out)"));
        out.printf(Locale.ROOT, "  %-12s %.4f%n", "in all", outcome.loss());
        out.println("wrote " + outcome.written());
        out.flush();
    }
}
