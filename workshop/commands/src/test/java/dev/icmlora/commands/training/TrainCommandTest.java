package dev.icmlora.commands.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import dev.icmlora.commands.Workshop;
import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;

/// From a folder of task files to a generator, for seconds instead of an hour.
class TrainCommandTest {
    @TempDir
    private Path scratch;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aFolderOfTasksBecomesAGenerator() throws IOException {
        Path tasks = Files.createDirectory(scratch.resolve("my-tasks"));
        write(tasks.resolve("shout.jsonl"), "Write it in capital letters.", i -> word(i).toUpperCase(Locale.ROOT));
        write(tasks.resolve("double.jsonl"), "Write it twice.", i -> word(i) + word(i));
        Path generator = scratch.resolve("mine.gguf");

        int code = train(tasks, "--minutes", "0.01", "--vectors", "2", "--output", generator.toString());

        assertThat(code).as(err.toString()).isZero();
        GeneratorFile trained = GeneratorFile.read(generator);
        assertThat(trained.manifest().name()).isEqualTo("my-tasks");
        assertThat(trained.manifest().catalogue())
                .extracting(CatalogueEntry::task)
                .containsExactly("user/double", "user/shout");
        assertThat(trained.seenLatents()).hasSize(2);
        assertThat(out.toString()).contains("ICM_LORA_GENERATOR='%s' make eval-public".formatted(generator));
    }

    /// Or they would count as tasks that it never saw.
    @Test
    void aGeneratorThatGoesOnWithOtherTasksNamesThoseOfBeforeToo() throws IOException {
        Path tasks = Files.createDirectory(scratch.resolve("my-tasks"));
        write(tasks.resolve("shout.jsonl"), "Write it in capital letters.", i -> word(i).toUpperCase(Locale.ROOT));
        Path folder = scratch.resolve("training");
        Path before = Installation.ofThisProcess().generator();
        Path generator = scratch.resolve("mine.gguf");

        int trained =
                run("train-generator --steps 1 --vectors 2 --validate-every 1000 --from %s --task-folder %s --folder %s"
                        .formatted(before, tasks, folder));
        int exported =
                run("export --vectors 2 --task-folder %s --folder %s --output %s".formatted(tasks, folder, generator));
        int listed = run("tasks --generator " + generator);

        assertThat(List.of(trained, exported, listed)).as(err.toString()).containsOnly(0);
        GeneratorFile file = GeneratorFile.read(generator);
        assertThat(file.manifest().catalogue()).extracting(CatalogueEntry::task).containsExactly("user/shout");
        assertThat(file.manifest().before())
                .isEqualTo(GeneratorFile.read(before).manifest().catalogue());
        assertThat(file.seenLatents()).hasSize(1);
        assertThat(out.toString()).contains("user/shout\n", "letters/");
    }

    @Test
    void whatIsWrongWithATaskIsSaidBeforeAnythingIsTrained() throws IOException {
        Path tasks = Files.createDirectory(scratch.resolve("bad-tasks"));
        write(tasks.resolve("constant.jsonl"), "Say yes.", i -> "yes");

        int code = train(tasks);

        assertThat(code).isNotZero();
        assertThat(err.toString()).contains("constant.jsonl").contains("one class only");
        assertThat(scratch.resolve(".icm-lora")).doesNotExist();
    }

    private int train(Path tasks, String... options) {
        return execute(Stream.concat(Stream.of("train", tasks.toString()), Stream.of(options)));
    }

    private int run(String command) {
        return execute(Stream.of(command.split(" ")));
    }

    private int execute(Stream<String> arguments) {
        CommandLine command =
                Workshop.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(arguments.toArray(String[]::new));
    }

    private static String word(int i) {
        return "word" + (char) ('a' + i);
    }

    private static void write(Path file, String description, IntFunction<String> answer) throws IOException {
        String examples = IntStream.range(0, 20)
                .mapToObj(i -> "{\"input\": \"%s\", \"output\": \"%s\"}\n".formatted(word(i), answer.apply(i)))
                .collect(Collectors.joining());
        Files.writeString(file, "{\"description\": \"%s\"}\n".formatted(description) + examples);
    }
}
