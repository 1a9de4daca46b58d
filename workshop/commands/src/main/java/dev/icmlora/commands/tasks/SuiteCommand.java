package dev.icmlora.commands.tasks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.suite.SuiteCard;
import dev.icmlora.tasks.suite.SuiteExport;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// `icm-lora suite`: looks at the task suite.
@Command(
        name = "suite",
        mixinStandardHelpOptions = true,
        description = "Prints the card of the task suite, some examples of its tasks, or writes it all to a folder.")
public final class SuiteCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--export", paramLabel = "FOLDER", description = "Write every task as JSON lines to this folder.")
    private Path export;

    @Option(names = "--show", paramLabel = "N", description = "Print the first N examples of each task.")
    private int show;

    @Option(names = "--match", paramLabel = "TEXT", description = "With --show: only tasks whose id contains this.")
    private String match = "";

    @Override
    public Integer call() throws IOException {
        TaskSuite suite = TaskSuite.get();
        PrintWriter out = spec.commandLine().getOut();
        if (export != null) {
            SuiteExport.write(suite, export);
            out.println("wrote " + suite.tasks().size() + " tasks to " + export);
        }
        if (show > 0) {
            suite.tasks().stream().filter(task -> task.id().contains(match)).forEach(task -> print(suite, task, out));
        } else {
            out.print(SuiteCard.markdown(suite));
        }
        out.flush();
        return 0;
    }

    private void print(TaskSuite suite, SuiteTask task, PrintWriter out) {
        out.printf(
                "%s [%s] %d + %d%n",
                task.id(), suite.splitOf(task), task.train().size(), task.test().size());
        out.println("  \"" + task.descriptions().getFirst() + "\"");
        for (Example example :
                task.train().subList(0, Math.min(show, task.train().size()))) {
            out.println("    " + example.input() + "  =>  " + example.output());
        }
    }
}
