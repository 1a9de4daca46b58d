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

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.commands.Workshop;
import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;

/// From folders of task files to generators, for seconds instead of hours: of the base model's first layers alone,
/// which a variable of the environment names, in a process of its own.
class TrainCommandTest {
    private static final int LAYERS = 2;
    private static final String DEPTH = "llama.block_count";

    @TempDir
    private static Path scratch;

    private static Path first;
    private static Path second;
    private static String printed;

    /// The second generator goes on from the first one, with other tasks.
    @BeforeAll
    static void trainTwoGenerators() throws Exception {
        Path model = scratch.resolve("shallow.gguf");
        writeShallow(model);
        Path tasks = Files.createDirectory(scratch.resolve("my-tasks"));
        write(tasks.resolve("shout.jsonl"), "Write it in capital letters.", i -> word(i).toUpperCase(Locale.ROOT));
        write(tasks.resolve("double.jsonl"), "Write it twice.", i -> word(i) + word(i));
        Path others = Files.createDirectory(scratch.resolve("other-tasks"));
        write(others.resolve("last.jsonl"), "Write its last letter.", i -> word(i).substring(4));
        Path training = scratch.resolve("training");
        first = scratch.resolve("mine.gguf");
        second = scratch.resolve("next.gguf");

        printed = process(
                model,
                "train %s --minutes 0.001 --vectors 2 --output %s".formatted(tasks, first),
                "train-generator --steps 1 --vectors 2 --validate-every 1000 --from %s --task-folder %s --folder %s"
                        .formatted(first, others, training),
                "export --vectors 2 --task-folder %s --folder %s --output %s".formatted(others, training, second),
                "tasks --generator " + second);
    }

    private static void writeShallow(Path path) {
        try (GgufFile whole = GgufFile.open(Installation.ofThisProcess().model())) {
            GgufWriter shallow = new GgufWriter().uint32(DEPTH, LAYERS);
            whole.keys().stream().filter(key -> !key.equals(DEPTH)).forEach(key -> shallow.copy(whole, key));
            whole.tensors().stream()
                    .filter(tensor -> layer(tensor.name()) < LAYERS)
                    .forEach(tensor ->
                            shallow.tensor(tensor.name(), tensor.type(), tensor.shape(), whole.bytes(tensor)));
            shallow.write(path);
        }
    }

    /// That a tensor belongs to, such as 3 of `blk.3.attn_q.weight`; -1 of none.
    private static int layer(String tensor) {
        return tensor.startsWith("blk.") ? Integer.parseInt(tensor.split("\\.")[1]) : -1;
    }

    @Test
    void aFolderOfTasksBecomesAGenerator() {
        GeneratorFile trained = GeneratorFile.read(first);

        assertThat(trained.manifest().name()).isEqualTo("my-tasks");
        assertThat(trained.manifest().catalogue())
                .extracting(CatalogueEntry::task)
                .containsExactly("user/double", "user/shout");
        assertThat(trained.seenLatents()).hasSize(2);
        assertThat(printed).contains("ICM_LORA_GENERATOR='%s' make eval-public".formatted(first));
    }

    /// Or they would count as tasks that it never saw.
    @Test
    void aGeneratorThatGoesOnWithOtherTasksNamesThoseOfBeforeToo() {
        GeneratorFile file = GeneratorFile.read(second);

        assertThat(file.manifest().catalogue()).extracting(CatalogueEntry::task).containsExactly("user/last");
        assertThat(file.manifest().before())
                .isEqualTo(GeneratorFile.read(first).manifest().catalogue());
        assertThat(file.seenLatents()).hasSize(1);
        assertThat(printed.lines()).endsWith("user/last", "user/double", "user/shout");
    }

    @Test
    void whatIsWrongWithATaskIsSaidBeforeAnythingIsTrained() throws IOException {
        Path tasks = Files.createDirectories(scratch.resolve("wrong/bad-tasks"));
        write(tasks.resolve("constant.jsonl"), "Say yes.", i -> "yes");
        StringWriter err = new StringWriter();

        int code = Workshop.commandLine().setErr(new PrintWriter(err)).execute("train", tasks.toString());

        assertThat(code).isNotZero();
        assertThat(err.toString()).contains("constant.jsonl").contains("one class only");
        assertThat(tasks.resolveSibling(".icm-lora")).doesNotExist();
    }

    /// @return what the commands printed
    private static String process(Path model, String... commands) throws IOException, InterruptedException {
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                TrainCommandTest.class.getName());
        Path log = scratch.resolve("process.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(java.stream(), Stream.of(commands)).toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put(Installation.MODEL_VARIABLE, model.toString());
        int code = builder.start().waitFor();
        String printed = Files.readString(log);
        assertThat(code).as(printed).isZero();
        return printed;
    }

    /// @param commands as they are typed, up to the first that fails
    public static void main(String[] commands) {
        for (String command : commands) {
            int code = Workshop.commandLine().execute(command.split(" "));
            if (code != 0) {
                System.exit(code);
            }
        }
        System.exit(0);
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
