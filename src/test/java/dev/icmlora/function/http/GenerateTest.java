package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.outputs;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class GenerateTest {

    @Test
    void aTaskItSeesFirstIsFingerprintedGeneratedAppliedAndAnswered() {
        generate(with(body(task("Say the number before this one.", List.of()), "three", "five"), "mode", "adapter"))
                .body("outputs", hasSize(2))
                .body("adapter.id", matchesPattern("sha256:[0-9a-f]{64}"))
                .body("adapter.cached", equalTo(false))
                .body("adapter.rank", equalTo(16))
                .body("adapter.bytes", greaterThan(1_000_000))
                .body("selection.served", equalTo("adapter"))
                .body("usage.prompt_tokens", greaterThan(10))
                .body("usage.completion_tokens", greaterThan(1))
                .body("timing_ms.fingerprint", greaterThan(0f))
                .body("timing_ms.generate", greaterThan(0f))
                .body("timing_ms.apply", greaterThan(0f))
                .body("timing_ms.prompt", greaterThan(0f))
                .body("timing_ms.decode", greaterThan(0f));
    }

    @Test
    void aTaskItKnowsIsNotGeneratedAgain() {
        var body = with(body(task("Say the number after this one.", List.of()), "three"), "mode", "adapter");
        var first = generate(body).extract().jsonPath();

        generate(body)
                .body("adapter.cached", equalTo(true))
                .body("adapter.id", equalTo(first.getString("adapter.id")))
                .body("outputs", equalTo(first.getList("outputs")))
                .body("timing_ms.fingerprint", equalTo(0f))
                .body("timing_ms.generate", equalTo(0f));
    }

    /// Nor is there a description to take a fingerprint from.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void examplesThatAreLongerThanTheContextAreRefused(int count) {
        var example = Map.of("input", "語".repeat(2000), "output", "言".repeat(2000));

        post("/generate", with(body(task("", Collections.nCopies(count, example)), "dog"), "mode", "auto"))
                .statusCode(400)
                .body("errors[0].field", startsWith("/task"));
    }

    @ParameterizedTest
    @CsvSource({
        "adapter,adapter",
        "adapter_examples,adapter_examples",
    })
    void modesWithAnAdapterNameIt(String mode, String served) {
        generate(with(body(plurals(), "dog"), "mode", mode))
                .body("selection.served", equalTo(served))
                .body("adapter.id", matchesPattern("sha256:[0-9a-f]{64}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"examples", "plain"})
    void modesWithoutAnAdapterNeitherGenerateNorName(String mode) {
        generate(with(body(plurals(), "dog"), "mode", mode))
                .body("selection.served", equalTo(mode))
                .body("adapter", nullValue())
                .body("timing_ms.generate", equalTo(0f));
    }

    @Test
    void examplesInThePromptCostTokens() {
        var plain = promptTokens(with(body(plurals(), "dog"), "mode", "plain"));
        var examples = promptTokens(with(body(plurals(), "dog"), "mode", "examples"));

        assertThat(examples).isGreaterThan(plain + 3 * PLURALS.size());
    }

    @Test
    void aSharedPrefixIsReadOnce() {
        var one = promptTokens(with(body(plurals(), "dog"), "mode", "examples"));
        var four = promptTokens(with(body(plurals(), "dog", "cat", "cow", "pig"), "mode", "examples"));

        assertThat(four).isLessThan(2 * one);
    }

    private static int promptTokens(Map<String, Object> body) {
        return generate(body).extract().jsonPath().getInt("usage.prompt_tokens");
    }

    /// More than are decoded side by side. The model most often repeats what it was given.
    @Test
    void manyInputsAreAnsweredEachInItsPlace() {
        var inputs = IntStream.range(10, 28).mapToObj(i -> "Count to " + i).toArray(String[]::new);

        var answers = outputs(with(with(body(plurals(), inputs), "mode", "plain"), "max_tokens", 12));

        assertThat(answers).hasSize(18);
        assertThat(IntStream.range(10, 28).filter(i -> answers.get(i - 10).matches("(?s).*\\b" + i + "\\b.*")))
                .hasSizeGreaterThan(9);
    }

    @Test
    void anAdapterStandsInForItsTask() {
        var body = with(body(plurals(), "dog", "church"), "mode", "adapter");
        var first = generate(body).extract().jsonPath();
        var byId = with(with(body, "task", null), "adapter", first.getString("adapter.id"));

        generate(byId)
                .body("adapter.id", equalTo(first.getString("adapter.id")))
                .body("adapter.cached", equalTo(true))
                .body("outputs", equalTo(first.getList("outputs")));
    }

    @Test
    void aSeedRepeatsASample() {
        var body = with(with(body(plurals(), "Tell me a story"), "temperature", 1.5), "mode", "plain");

        // From here on the prompt is in the prefix cache: read anew, it is rounded in another way, and a sample is
        // another.
        outputs(with(body, "seed", 7));
        assertThat(outputs(with(body, "seed", 7))).isEqualTo(outputs(with(body, "seed", 7)));
        assertThat(outputs(with(body, "seed", 7))).isNotEqualTo(outputs(with(body, "seed", 8)));
    }

    @Test
    void anAnswerEndsBeforeAStopString() {
        var body = with(with(body(plurals(), "Write: one two three four five"), "mode", "plain"), "max_tokens", 30);
        outputs(body); // see above
        var whole = outputs(body).getFirst();
        var stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);

        assertThat(outputs(with(body, "stop", List.of(stop)))).containsExactly(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void anAnswerHasNoMoreThanMaxTokens() {
        var body = with(with(body(plurals(), "Tell me a long story"), "mode", "plain"), "max_tokens", 3);

        generate(body).body("usage.completion_tokens", equalTo(3));
    }

    @Test
    void scaleZeroIsTheBaseModel() {
        var adapter = with(with(body(plurals(), "dog", "child"), "mode", "adapter"), "scale", 0);
        var plain = with(body(plurals(), "dog", "child"), "mode", "plain");

        // Not to the last letter: what else is in a batch changes the last bits of a sum, and so a close decision.
        assertThat(outputs(adapter))
                .zipSatisfy(outputs(plain), (a, b) -> assertThat(a).startsWith(b.substring(0, 20)));
    }

    @Test
    void strengthZeroIsTheSameAdapterForEveryTask() {
        var plural = generate(with(adapted(plurals()), "strength", 0)).extract().<String>path("adapter.id");
        var capitals = generate(with(adapted(task("Write it in capitals.", List.of())), "strength", 0))
                .extract()
                .<String>path("adapter.id");
        var full = generate(adapted(plurals())).extract().<String>path("adapter.id");
        var half = generate(with(adapted(plurals()), "strength", 0.5)).extract().<String>path("adapter.id");

        assertThat(capitals).isEqualTo(plural);
        assertThat(List.of(plural, full, half)).doesNotHaveDuplicates();
    }

    private static Map<String, Object> adapted(Map<String, Object> task) {
        return with(body(task, "dog"), "mode", "adapter");
    }

    @Test
    void theAdapterFunctionDescribesWhatItMade() {
        var task = Map.of("task", task("Name a colour.", List.of()));
        var id = post("/adapter", task)
                .statusCode(200)
                .body("cached", equalTo(false))
                .body("rank", equalTo(16))
                .body("alpha", equalTo(32f))
                .body("bytes", greaterThan(1_000_000))
                .body("timing_ms.fingerprint", greaterThan(0f))
                .extract()
                .<String>path("id");

        post("/adapter", task).statusCode(200).body("cached", equalTo(true)).body("id", equalTo(id));
    }
}
