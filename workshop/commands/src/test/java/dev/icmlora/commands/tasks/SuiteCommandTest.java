package dev.icmlora.commands.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SuiteCommandTest {

    @Test
    void showsExamplesOfMatchingTasksOnly() {
        assertThat(run("--show", "2", "--match", "letters/upper"))
                .startsWith("letters/upper-case [")
                .hasLineCount(4);
    }

    @Test
    void printsTheCardAndExportsALineForEachTaskAndExample(@TempDir Path folder) throws IOException {
        String printed = run("--export", folder.toString());

        assertThat(printed).contains("| letters |").contains("| **all** |");
        List<String> tasks = Files.readAllLines(folder.resolve("tasks.jsonl"));
        assertThat(printed).startsWith("wrote " + tasks.size() + " tasks to ");
        JsonObject first = JsonParser.parseString(tasks.getFirst()).getAsJsonObject();
        assertThat(Files.readAllLines(folder.resolve(first.get("id").getAsString() + ".jsonl")))
                .hasSize(first.get("train").getAsInt() + first.get("test").getAsInt());
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        int code =
                new CommandLine(new SuiteCommand()).setOut(new PrintWriter(out)).execute(arguments);
        assertThat(code).isZero();
        return out.toString();
    }
}
