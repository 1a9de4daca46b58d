package dev.icmlora.tasks.suite;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

import dev.icmlora.generator.task.Example;

/// Writes a suite as JSON lines, for eyes and for other tools.
///
/// `tasks.jsonl` has a line for each task: id, family, split, descriptions, counts. `<id>.jsonl` has a line for each of
/// its examples: part (`train` or `test`), input, output. `CARD.md` is the card.
public final class SuiteExport {

    private record TaskLine(String id, String family, String split, List<String> descriptions, int train, int test) {}

    private record ExampleLine(String part, String input, String output) {}

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private SuiteExport() {}

    /// @param folder made if absent; files of the same name are replaced
    public static void write(TaskSuite suite, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("CARD.md"), SuiteCard.markdown(suite));
        try (BufferedWriter tasks = Files.newBufferedWriter(folder.resolve("tasks.jsonl"))) {
            for (SuiteTask task : suite.tasks()) {
                String split = suite.splitOf(task).name().toLowerCase(Locale.ROOT);
                writeLine(
                        tasks,
                        new TaskLine(
                                task.id(),
                                task.family(),
                                split,
                                task.descriptions(),
                                task.train().size(),
                                task.test().size()));
                writeExamples(task, folder.resolve(task.id() + ".jsonl"));
            }
        }
    }

    private static void writeExamples(SuiteTask task, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (BufferedWriter examples = Files.newBufferedWriter(file)) {
            for (Example example : task.train()) {
                writeLine(examples, new ExampleLine("train", example.input(), example.output()));
            }
            for (Example example : task.test()) {
                writeLine(examples, new ExampleLine("test", example.input(), example.output()));
            }
        }
    }

    private static void writeLine(BufferedWriter out, Object line) throws IOException {
        out.write(GSON.toJson(line));
        out.write('\n');
    }
}
