package dev.icmlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.evaluation.FolderEvaluation.Plan;
import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.trainer.tasks.InProcess;

/// Of a function that knows every answer in mode `tuned`, none in mode `plain`, and refuses `examples`.
class FolderEvaluationTest {
    private static final SuiteTask COLOURS = labelled();
    private static final SuiteTask SHOUT = shout();

    @TempDir
    private Path folder;

    private final List<JsonObject> asked = new ArrayList<>();

    private String generate(String request) throws IOException {
        JsonObject body = new Gson().fromJson(request, JsonObject.class);
        asked.add(body);
        String mode = body.get("mode").getAsString();
        if (mode.equals("examples")) {
            throw new IOException("the function refused (400): too many examples");
        }
        List<String> outputs = new ArrayList<>();
        List<String> details = new ArrayList<>();
        for (JsonElement input : body.getAsJsonArray("inputs")) {
            String text = input.getAsString();
            String right = text.endsWith("sky") ? "blue" : text.endsWith("grass") ? "green" : text.toUpperCase();
            outputs.add(mode.equals("tuned") ? right : "?");
            details.add("{\"confidence\": 0.75, \"calibrated\": true}");
        }
        return "{\"outputs\": %s, \"details\": %s}".formatted(new Gson().toJson(outputs), details);
    }

    private String write(Plan plan, SuiteTask... tasks) throws Exception {
        return new FolderEvaluation(new FunctionClient(this::generate, new InProcess(1)), plan)
                .write(List.of(tasks), folder);
    }

    @Test
    void theFunctionStandsBesideControlsThatLearnFromTheSameExamples() throws Exception {
        String tables = write(new Plan(List.of("plain", "tuned"), List.of(2, 4), 8, 1, 1, true, true), COLOURS, SHOUT);

        assertThat(tables)
                .containsSubsequence(
                        "## Tasks with labels",
                        "1 tasks, up to 8 inputs each, drawn 1 times",
                        "| `plain` | 2 | 1 | 0.0 [0.0, 0.0] | 0.750 | 0.0 |",
                        "| `tuned` | 2 | 1 | 100.0 [100.0, 100.0] | 0.250 | 100.0 |",
                        "| `majority` | 2 | 1 | 50.0 [50.0, 50.0] | 0.000 | 0.0 |",
                        "| `tf-idf` | 2 | 1 | 100.0 [100.0, 100.0] |",
                        "| `minilm` | 2 | 1 | 100.0 [100.0, 100.0] |",
                        "| `tuned` | 4 | 1 | 100.0",
                        "| user/colours | 2 | 0.0 | 100.0 | 50.0 | 100.0 | 100.0 |",
                        "## Tasks of any text",
                        "| `tuned` | 2 | 1 | 100.0")
                .doesNotContain("refused");
        assertThat(folder.resolve("folder.jsonl")).content().hasLineCount(2 * (5 + 2));
        assertThat(folder.resolve("folder.html")).content().contains("2: tf-idf");
        assertThat(folder.resolve("folder.md")).hasContent(tables);
    }

    @Test
    void aRequestNamesLabelsAndHasSoManyExamplesOfEach() throws Exception {
        write(new Plan(List.of("tuned"), List.of(2, 4), 8, 2, 1, false, true), COLOURS);

        assertThat(asked).hasSize(4).allSatisfy(request -> {
            assertThat(request.getAsJsonArray("labels").toString()).isEqualTo("[\"blue\",\"green\"]");
            assertThat(request.getAsJsonArray("inputs")).hasSize(8);
        });
        assertThat(asked).extracting(request -> examples(request).size()).containsExactly(4, 8, 4, 8);
        assertThat(examples(asked.get(1))).as("few are among many").containsAll(examples(asked.get(0)));
        assertThat(examples(asked.get(3))).as("another draw").doesNotContainSequence(examples(asked.get(1)));
    }

    /// Or a mode would find what the function tuned for another one, and look fast.
    @Test
    void eachModeHasTheSameExamplesInAnOrderOfItsOwn() throws Exception {
        write(new Plan(List.of("tuned", "auto"), List.of(8), 8, 1, 1, false, true), COLOURS);

        assertThat(examples(asked.get(0)))
                .containsExactlyInAnyOrderElementsOf(examples(asked.get(1)))
                .isNotEqualTo(examples(asked.get(1)));
    }

    @Test
    void aTaskWhoseAnswersStandInTheirInputsIsAskedForSpans() throws Exception {
        SuiteTask last = task("last", sayings('a', 'm'), sayings('m', 'z'));

        String tables = write(new Plan(List.of("tuned"), List.of(2), 8, 1, 1, false, true), last, SHOUT);
        write(new Plan(List.of("tuned"), List.of(2), 8, 1, 1, false, false), last);

        assertThat(tables).containsSubsequence("## Tasks of spans", "user/last", "## Tasks of any text", "user/shout");
        assertThat(asked.get(0).get("answer").getAsString()).isEqualTo("span");
        assertThat(asked.get(0).has("max_tokens")).isFalse();
        assertThat(asked.subList(1, 3)).allSatisfy(request -> {
            assertThat(request.has("answer")).isFalse();
            assertThat(request.has("max_tokens")).isTrue();
        });
    }

    @Test
    void whatTheFunctionRefusesIsSaidAndTheRestIsMeasured() throws Exception {
        String tables = write(new Plan(List.of("examples", "tuned"), List.of(2), 8, 1, 1, false, true), COLOURS);

        assertThat(tables)
                .contains("| `examples` | 2 | 0 | refused |", "| `tuned` | 2 | 1 |")
                .contains("| user/colours | 2 | refused | 100.0 |")
                .contains("- `examples` at 2: the function refused (400): too many examples");
    }

    @Test
    void withoutAFunctionTheTaskIsNamedThatWasToBeMeasured() {
        FunctionClient nothing = new FunctionClient(
                request -> {
                    throw new IllegalStateException("nothing answers");
                },
                new InProcess(1));

        assertThatIOException()
                .isThrownBy(() -> new FolderEvaluation(nothing, Plan.DEFAULT).write(List.of(COLOURS), folder))
                .withMessage("user/colours with 2 examples, seed 1: nothing answers");
    }

    @Test
    void thereIsNothingToLearnFromNoExample() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Plan(List.of("tuned"), List.of(8, 0), 8, 1, 1, true, true))
                .withMessage("--examples is 0, but must be at least 1");
    }

    @Test
    void labelsAreAnswersThatRepeatAndAllThatIsAsked() {
        SuiteTask open = task("open", COLOURS.train(), List.of(new Example("the rose", "red")));

        assertThat(FolderEvaluation.labels(COLOURS)).containsExactly("blue", "green");
        assertThat(FolderEvaluation.labels(SHOUT)).isEmpty();
        assertThat(FolderEvaluation.labels(open)).isEmpty();
    }

    private static List<JsonElement> examples(JsonObject request) {
        return request.getAsJsonObject("task").getAsJsonArray("examples").asList();
    }

    private static SuiteTask labelled() {
        return task("colours", colours(0, 20), colours(20, 28));
    }

    private static List<Example> colours(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> i % 2 == 0
                        ? new Example(i + " times the sky", "blue")
                        : new Example(i + " times the grass", "green"))
                .toList();
    }

    private static SuiteTask shout() {
        return task("shout", words('a', 'm'), words('m', 'z'));
    }

    private static List<Example> words(char from, char to) {
        return IntStream.range(from, to)
                .mapToObj(letter -> "word" + (char) letter)
                .map(word -> new Example(word, word.toUpperCase()))
                .toList();
    }

    private static List<Example> sayings(char from, char to) {
        return IntStream.range(from, to)
                .mapToObj(letter -> "word" + (char) letter)
                .map(word -> new Example("He says " + word + ".", word))
                .toList();
    }

    private static SuiteTask task(String name, List<Example> train, List<Example> test) {
        return new SuiteTask("user/" + name, "user", List.of("Do it."), train, test);
    }
}
