package dev.icmlora.tasks.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.google.gson.Gson;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.suite.SuiteTask;

class TaskFolderTest {

    private static final String DESCRIPTION = "{\"description\": \"Write it backwards.\"}\n";
    private static final int MOST_TOKENS = 100;

    @TempDir
    private Path folder;

    /// Characters stand in for tokens.
    private final TaskFolder reader = new TaskFolder(
            (description, example) -> description.length()
                    + example.input().length()
                    + example.output().length(),
            MOST_TOKENS);

    @Test
    void readsATaskAFileAndFamiliesAsFolders() throws IOException {
        write("reverse.jsonl", DESCRIPTION + "{\"description\": \"Backwards, please.\"}\n\n" + examples(20));
        write("letters/last.jsonl", DESCRIPTION + examples(40));
        write("notes.txt", "not a task");

        TaskFolder.Tasks read = reader.read(folder);

        assertThat(read.repeated()).isZero();
        assertThat(read.tasks()).extracting(SuiteTask::id).containsExactly("letters/last", "user/reverse");
        SuiteTask reverse = read.tasks().getLast();
        assertThat(reverse.family()).isEqualTo("user");
        assertThat(reverse.descriptions()).containsExactly("Write it backwards.", "Backwards, please.");
        assertThat(reverse.test()).hasSize(4);
        assertThat(reverse.train()).hasSize(16);
    }

    @Test
    void keepsTheSplitThatAFileNames() throws IOException {
        String marked = IntStream.range(0, 20)
                .mapToObj(i -> "{\"part\": \"%s\", \"input\": \"in%d\", \"output\": \"out%d\"}\n"
                        .formatted(i < 7 ? "test" : "train", i, i))
                .collect(Collectors.joining());
        write("a.jsonl", DESCRIPTION + marked);

        SuiteTask task = reader.read(folder).tasks().getFirst();

        assertThat(task.test())
                .extracting(Example::input)
                .contains("in0", "in6")
                .hasSize(7);
        assertThat(task.train())
                .extracting(Example::input)
                .contains("in7", "in19")
                .hasSize(13);
    }

    @Test
    void aTaskToMeasureMayBeSmallAndLong() throws IOException {
        write(
                "a.jsonl",
                DESCRIPTION
                        + "{\"part\": \"train\", \"input\": \"%s\", \"output\": \"a\"}\n".formatted("word ".repeat(999))
                        + "{\"part\": \"train\", \"input\": \"in1\", \"output\": \"b\"}\n"
                        + "{\"part\": \"test\", \"input\": \"in2\", \"output\": \"a\"}\n");

        SuiteTask task = TaskFolder.toMeasure().read(folder).tasks().getFirst();

        assertThat(task.train()).hasSize(2);
        assertThat(task.test()).hasSize(1);
    }

    @Test
    void leavesOutAnExampleThatIsThereAlready() throws IOException {
        write("a.jsonl", DESCRIPTION + examples(20) + examples(3) + line(" IN1 ", "out1"));

        TaskFolder.Tasks read = reader.read(folder);

        assertThat(read.repeated()).isEqualTo(4);
        assertThat(read.tasks().getFirst().size()).isEqualTo(20);
    }

    @Test
    void inputsThatDifferInCaseAreTwoWhereTheirOutputsDiffer() throws IOException {
        write("a.jsonl", DESCRIPTION + examples(20) + line("IN1", "shouted"));

        assertThat(reader.read(folder).tasks().getFirst().size()).isEqualTo(21);
    }

    @Test
    void hiddenFoldersAreLeftToTheToolsThatMadeThem() throws IOException {
        write("a.jsonl", DESCRIPTION + examples(20));
        Files.createDirectories(folder.resolve(".icm-lora/b0"));
        write(".icm-lora/b0/log.jsonl", "{\"step\": 1}");

        assertThat(reader.read(folder).tasks()).singleElement().returns("user/a", SuiteTask::id);
    }

    @Test
    void twoFilesOfOneIdAreRefused() throws IOException {
        Files.createDirectories(folder.resolve("user"));
        write("a.jsonl", DESCRIPTION + examples(20));
        write("user/a.jsonl", DESCRIPTION + examples(20));

        assertThatThrownBy(() -> reader.read(folder))
                .isInstanceOf(InvalidTasksException.class)
                .hasMessageContaining("user/a.jsonl: has the id user/a, which another file has too");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusable")
    void saysWhatIsWrong(String message, String content) throws IOException {
        write("a.jsonl", content);

        assertThatThrownBy(() -> reader.read(folder))
                .isInstanceOf(InvalidTasksException.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> unusable() {
        String ok = DESCRIPTION + examples(20);
        return Stream.of(
                Arguments.of("a.jsonl: has no examples", DESCRIPTION),
                Arguments.of("a.jsonl: has no description", ""),
                Arguments.of("a.jsonl: has no description", examples(20)),
                Arguments.of("a.jsonl: has 11 distinct examples, at least 12", DESCRIPTION + examples(11)),
                Arguments.of(
                        "a.jsonl, line 22: contradicts line 4: the same input has the output \"out2\" there and \"x\"",
                        ok + line("in2", "x")),
                Arguments.of("has one class only: every output to learn from is \"yes\"", DESCRIPTION + sameOutput(20)),
                Arguments.of("a.jsonl, line 22: is too long: with the description", ok + line("x".repeat(90), "y")),
                Arguments.of("more than the 100 that training takes", ok + line("x".repeat(90), "y")),
                Arguments.of(
                        "a.jsonl, line 14: repeats line 2 for another part",
                        DESCRIPTION + marked(12, "train") + marked(1, "test")),
                Arguments.of("has no test examples", DESCRIPTION + marked(20, "train")),
                Arguments.of("has no training examples", DESCRIPTION + marked(20, "test")),
                Arguments.of("has 3 training examples, at least 4", DESCRIPTION + marked(3, "train") + tests(12)),
                Arguments.of(
                        "has one class only: every output to learn from is \"yes\"",
                        DESCRIPTION + sameOutput(20).replace("}", ", \"part\": \"train\"}") + tests(12)),
                Arguments.of(
                        "and of 20 not: say it of all or of none",
                        ok + marked(21, "test").lines().skip(20).collect(Collectors.joining())),
                Arguments.of("line 22: \"part\" is \"dev\", must be train or test", ok + marked(1, "dev")),
                Arguments.of("line 22: is not JSON", ok + "{\"input\": \"a\""),
                Arguments.of("line 22: is not JSON", ok + "{'input': 'a', 'output': 'b'}"),
                Arguments.of("line 22: is not JSON", ok + line("a", "b").strip() + " {}"),
                Arguments.of("line 22: must be a JSON object", ok + "[1]"),
                Arguments.of("line 22: must have either", ok + "{\"input\": \"a\"}"),
                Arguments.of("line 22: has a field \"label\"", ok + "{\"input\": \"a\", \"label\": \"b\"}"),
                Arguments.of("line 22: \"output\" must be a text", ok + "{\"input\": \"a\", \"output\": 1}"),
                Arguments.of("line 22: has an empty input or output", ok + line("a", " ")),
                Arguments.of("line 22: has an empty description", ok + "{\"description\": \"\"}"));
    }

    @Test
    void namesTheLineThatIsNotUtf8() throws IOException {
        byte[] latin1 = (DESCRIPTION + line("caf\u00e9", "x") + examples(20)).getBytes(StandardCharsets.ISO_8859_1);
        Files.write(folder.resolve("a.jsonl"), latin1);

        assertThatThrownBy(() -> reader.read(folder))
                .hasMessage("a.jsonl, line 2: is not UTF-8: save the file in that encoding");
    }

    @Test
    void anEmptyOrMissingFolderIsSaidSo() {
        assertThatThrownBy(() -> reader.read(folder))
                .isInstanceOf(InvalidTasksException.class)
                .hasMessageContaining("is empty: it must have a .jsonl file for each task");
        assertThatThrownBy(() -> reader.read(folder.resolve("none")))
                .isInstanceOf(InvalidTasksException.class)
                .hasMessageContaining("is no folder");
    }

    @Test
    void allFaultsOfAllFilesAreSaidAtOnceUpToALimit() throws IOException {
        write("a.jsonl", DESCRIPTION);
        write("b.jsonl", "[]\n".repeat(30));

        assertThatThrownBy(() -> reader.read(folder))
                .hasMessageStartingWith("a.jsonl: has no examples")
                .hasMessageContaining("b.jsonl, line 1:")
                .hasMessageEndingWith("and 11 more");
    }

    /// Whatever the examples are: each is in one part, none is in both, the descriptions stay, and the same folder
    /// gives the same tasks.
    @RepeatedTest(40)
    void everyExampleIsInExactlyOnePart(RepetitionInfo repetition) throws IOException {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        Set<Example> written = new HashSet<>();
        StringBuilder content = new StringBuilder(DESCRIPTION);
        int count = random.nextInt(TaskFolder.LEAST_EXAMPLES, 120);
        for (int i = 0; i < count; i++) {
            // Unique by its number, otherwise any characters.
            Example example = new Example(i + text(random), text(random) + i);
            written.add(example);
            content.append(new Gson().toJson(example)).append('\n');
        }
        write("a.jsonl", content.toString());

        SuiteTask task = reader.read(folder).tasks().getFirst();

        List<Example> all = new ArrayList<>(task.train());
        all.addAll(task.test());
        assertThat(all).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(written);
        assertThat(task.test()).hasSizeBetween(1, count / 4);
        assertThat(reader.read(folder).tasks()).containsExactly(task);
    }

    /// No bytes make it do anything but answer or refuse.
    @RepeatedTest(40)
    void arbitraryBytesAreRefusedInWords(RepetitionInfo repetition) throws IOException {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        byte[] bytes = (DESCRIPTION + examples(20)).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 40; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        Files.write(folder.resolve("a.jsonl"), bytes);

        assertThatThrownBy(() -> reader.read(folder))
                .isInstanceOf(InvalidTasksException.class)
                .hasMessageStartingWith("a.jsonl");
    }

    private static String text(SplittableRandom random) {
        return random.ints(random.nextInt(1, 12), 0x20, 0x2fff)
                .filter(c -> !Character.isWhitespace(c))
                .collect(() -> new StringBuilder("x"), StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String examples(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> line("in" + i, "out" + i))
                .collect(Collectors.joining());
    }

    private static String sameOutput(int count) {
        return IntStream.range(0, count).mapToObj(i -> line("in" + i, "yes")).collect(Collectors.joining());
    }

    private static String marked(int count, String part) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"part\": \"%s\", \"input\": \"in%d\", \"output\": \"out%d\"}\n".formatted(part, i, i))
                .collect(Collectors.joining());
    }

    private static String tests(int count) {
        return marked(count, "test").replace(": \"in", ": \"other");
    }

    private static String line(String input, String output) {
        return "{\"input\": \"%s\", \"output\": \"%s\"}\n".formatted(input, output);
    }

    private void write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
