package dev.icmlora.commands.tasks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

    @Override
    public Integer call() throws IOException {
        new FolderCheck(folder).run(spec.commandLine().getOut());
        return 0;
    }
}
