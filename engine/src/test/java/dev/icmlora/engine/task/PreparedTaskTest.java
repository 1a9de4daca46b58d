package dev.icmlora.engine.task;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.LoadedEngine;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.request.UnusableInputException.Part;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

class PreparedTaskTest {

    private static final Output KIND = new Output.Label(List.of("animal", "plant"));
    private static final Task KINDS = new Task(
            "What is it?",
            Stream.concat(
                            Stream.of("horse", "wolf", "a small dog", "eagle")
                                    .map(input -> new Example(input, "animal")),
                            Stream.of("oak", "a red rose", "pine tree", "tulip")
                                    .map(input -> new Example(input, "plant")))
                    .toList());
    private static final Task CAPITALS = new Task(
            "Write the word in capital letters.",
            Stream.of("river", "stone", "window", "paper", "garden")
                    .map(word -> new Example(word, word.toUpperCase()))
                    .toList());
    private static final Task DAYS = new Task(
            "Which day?",
            List.of(
                    new Example("We meet on Friday at noon.", "Friday"),
                    new Example("Monday would suit me.", "Monday"),
                    new Example("Not before next Tuesday, please.", "Tuesday"),
                    new Example("Is Sunday too late?", "Sunday")));
    private static final List<String> THINGS = List.of("lion", "birch tree", "goat", "sunflower");

    private static Engine engine;
    private static PreparedTask kinds;
    private static PreparedTask capitals;
    private static PreparedTask days;

    @BeforeAll
    static void prepare() {
        engine = LoadedEngine.get();
        kinds = PreparedTask.of(engine, KINDS, KIND);
        capitals = PreparedTask.of(engine, CAPITALS, new Output.Text(8));
        days = PreparedTask.of(engine, DAYS, new Output.Span());
    }

    private static EngineSession session() {
        return new EngineSession(engine, new Cancellation());
    }

    private static List<String> texts(List<TaskAnswer> answers) {
        return answers.stream().map(TaskAnswer::text).toList();
    }

    @Test
    void labelsTextsAndSpansAreAnswered() {
        var labels = kinds.answer(THINGS);
        var written = capitals.answer(List.of("table", "music"));

        assertThat(texts(labels)).containsExactly("animal", "plant", "animal", "plant");
        assertThat(labels).allSatisfy(answer -> {
            assertThat(answer.calibrated()).isTrue();
            assertThat(answer.labels()).containsOnlyKeys("animal", "plant");
            assertThat(answer.confidence())
                    .isEqualTo(answer.labels().get(answer.text()))
                    .isBetween(0.5, 1.0);
        });
        assertThat(texts(written)).containsExactly("TABLE", "MUSIC");
        assertThat(written).allMatch(TaskAnswer::calibrated);
        assertThat(texts(days.answer(List.of("Shall we say Thursday?")))).containsExactly("Thursday");
    }

    @Test
    void aDescriptionAloneIsAnsweredToo() {
        var task = new Task("Is it an animal or a plant?", List.of());

        assertThat(PreparedTask.of(engine, task, KIND).answer(List.of("lion")))
                .singleElement()
                .satisfies(answer -> assertThat(answer.text()).isIn("animal", "plant"));
    }

    /// As the executors of a cluster get what its driver prepared.
    @Test
    void anotherProcessNeedNotPrepareItAgain() {
        for (var prepared : List.of(kinds, capitals, days)) {
            var inputs = List.of("a day on Saturday with a lion");
            var there = session();
            var read = PreparedTask.read(engine, prepared.toBytes());

            var answers = read.answer(inputs, there);

            assertThat(there.spent().tuningTokens()).isZero();
            var here = session();
            assertThat(prepared.answer(inputs, here)).zipSatisfy(answers, (one, other) -> {
                assertThat(other.text()).isEqualTo(one.text());
                assertThat(other.confidence()).isCloseTo(one.confidence(), within(0.02));
            });
            assertThat(there.spent().promptTokens())
                    .as("it reads nothing but what the first one reads too")
                    .isEqualTo(here.spent().promptTokens());
        }
    }

    @Test
    void threadsShareATask() throws Exception {
        var shared = PreparedTask.read(engine, kinds.toBytes());
        Callable<List<String>> asking = () -> texts(shared.answer(THINGS));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answers : threads.invokeAll(List.of(asking, asking, asking))) {
                assertThat(answers.get()).containsExactly("animal", "plant", "animal", "plant");
            }
        }
    }

    @Test
    void whatCannotBeAnsweredIsNamed() {
        var tooLong = "word ".repeat(engine.contextTokens());

        assertThatExceptionOfType(UnusableInputException.class)
                .isThrownBy(() -> kinds.answer(List.of("", "lion", "")))
                .satisfies(e -> assertThat(e.parts())
                        .extracting(Part::message)
                        .containsExactly("/inputs/0 must not be empty", "/inputs/2 must not be empty"));
        assertThatExceptionOfType(UnusableInputException.class)
                .isThrownBy(() -> kinds.answer(List.of("lion", tooLong)))
                .satisfies(e -> assertThat(e.parts()).extracting(Part::name).containsExactly("inputs/1"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PreparedTask.of(engine, Task.NONE, KIND))
                .withMessageContaining("description");
        assertThatExceptionOfType(UnusableInputException.class)
                .isThrownBy(() -> kinds.answer(Collections.nCopies(1025, "lion")))
                .withMessage("/inputs has 1025 entries, more than the limit of 1024");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Output.Label(List.of("animal")))
                .withMessageContaining("2 labels");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Output.Text(0))
                .withMessageContaining("1 token");
        assertThatExceptionOfType(UnusableInputException.class)
                .isThrownBy(
                        () -> PreparedTask.of(engine, KINDS, new Output.Label(List.of("animal", "plant", "animal"))))
                .satisfies(e -> assertThat(e.parts())
                        .extracting(Part::message)
                        .containsExactly("/labels/2 has the tokens of /labels/0"));
    }

    @Test
    void whatIsCancelledIsNotAnswered() {
        var cancellation = new Cancellation();
        cancellation.request();

        assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> kinds.answer(THINGS, new EngineSession(engine, cancellation)));
    }

    @Test
    void whatIsNoPreparedTaskIsRefused() {
        var bytes = kinds.toBytes();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PreparedTask.read(engine, new byte[] {1, 2, 3}))
                .withMessageContaining("no prepared task");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PreparedTask.read(engine, Arrays.copyOf(bytes, bytes.length / 2)))
                .withMessageContaining("no prepared task");
        var tuned = capitals.toBytes();
        tuned[new String(tuned, ISO_8859_1).indexOf("GGUF")] = 0;
        assertThatIllegalArgumentException()
                .as("its adapter is none")
                .isThrownBy(() -> PreparedTask.read(engine, tuned))
                .withMessageContaining("no prepared task");
    }

    private static void askForEver(PreparedTask task) {
        while (true) {
            task.answer(THINGS);
        }
    }

    /// As an executor of a cluster does that is told to end: tasks of it ask, and its engine is closed.
    @Test
    void anEngineIsClosedWhileItAnswers() throws Exception {
        var files = EngineFiles.installed();
        var own = EngineLoader.load(
                EngineFiles.of(files.nativeDirectory(), files.model()),
                EngineOptions.DEFAULT.withThreads(1),
                EngineObserver.NONE);
        var task = PreparedTask.of(own, new Task("An animal or a plant?", List.of()), KIND);
        assertThatIllegalArgumentException()
                .as("prepared with a generator")
                .isThrownBy(() -> PreparedTask.read(own, kinds.toBytes()))
                .withMessageContaining("but this engine has");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.answer(THINGS, session()))
                .withMessageContaining("another engine");

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asking = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() -> askForEver(task)))
                    .toList();
            assertThat(task.answer(THINGS)).hasSize(4);

            own.close();

            // Where it was about to wait for the engine, or had not asked yet.
            assertThat(asking)
                    .allSatisfy(each -> assertThatExceptionOfType(ExecutionException.class)
                            .isThrownBy(each::get)
                            .satisfies(e -> assertThat(e.getCause())
                                    .isInstanceOfAny(EngineClosedException.class, IllegalStateException.class)));
        }
        own.close();
    }
}
