package dev.icmlora.commands.tasks;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import com.google.gson.Gson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;

/// `icm-lora tasks`: what a generator was trained on.
@Command(
        name = "tasks",
        mixinStandardHelpOptions = true,
        description = "Lists the tasks that a generator was trained on. It may do others too: these it has seen.")
public final class TasksCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--generator", paramLabel = "FILE", description = "Default: the function's.")
    private Path generator;

    @Option(names = "--match", paramLabel = "TEXT", description = "Only tasks whose name contains this.")
    private String match = "";

    @Option(names = "--json", description = "Print a JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Path file = generator == null ? Installation.ofThisProcess().generator() : generator;
        List<CatalogueEntry> tasks = GeneratorFile.read(file).manifest().learnedFrom().stream()
                .filter(entry -> entry.task().contains(match))
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new Gson().toJson(tasks));
        } else {
            tasks.forEach(entry -> out.println(entry.task()));
        }
        out.flush();
        return 0;
    }
}
