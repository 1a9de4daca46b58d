package dev.icmlora.commands.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TasksCommandTest {

    @Test
    void listsWhatTheGeneratorHasSeen() {
        assertThat(run("--match", "letters/").lines()).isNotEmpty().allMatch(line -> line.contains("letters/"));

        var tasks = JsonParser.parseString(run("--json")).getAsJsonArray();
        assertThat(tasks).hasSizeGreaterThan(100);
        assertThat(tasks.get(0).getAsJsonObject().keySet()).containsExactly("task", "family");
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(new CommandLine(new TasksCommand())
                        .setOut(new PrintWriter(out))
                        .execute(arguments))
                .isZero();
        return out.toString();
    }
}
