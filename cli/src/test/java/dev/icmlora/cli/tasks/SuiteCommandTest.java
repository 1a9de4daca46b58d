package dev.icmlora.cli.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

class SuiteCommandTest {

    @Test
    void printsTheCard() {
        assertThat(run()).contains("| letters |").contains("| **all** |");
    }

    @Test
    void showsExamplesOfMatchingTasksOnly() {
        assertThat(run("--show", "2", "--match", "letters/upper"))
                .startsWith("letters/upper-case [")
                .hasLineCount(4);
    }

    @Test
    void exportsALineForEachTaskAndExample(@TempDir Path folder) throws IOException {
        run("--export", folder.toString());
        TaskSuite suite = TaskSuite.create(1);
        assertThat(Files.readAllLines(folder.resolve("tasks.jsonl"))).hasSameSizeAs(suite.tasks());
        SuiteTask first = suite.tasks().getFirst();
        assertThat(Files.readAllLines(folder.resolve(first.id() + ".jsonl"))).hasSize(first.size());
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        int code =
                new CommandLine(new SuiteCommand()).setOut(new PrintWriter(out)).execute(arguments);
        assertThat(code).isZero();
        return out.toString();
    }
}
