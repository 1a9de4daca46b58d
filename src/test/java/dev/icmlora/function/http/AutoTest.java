package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Mode auto, which is the default.
@QuarkusTest
class AutoTest {

    /// A task that no adapter and no five examples make this model good at, so that everything is tried.
    private static final Map<String, Object> HARD = task(
            "Give the secret word.",
            List.of(
                    Map.of("input", "amber", "output", "quartz vole"),
                    Map.of("input", "linen", "output", "seven owls"),
                    Map.of("input", "copper", "output", "mild thunder"),
                    Map.of("input", "walnut", "output", "old ink")));

    @Test
    void saysWhatItComparedAndWhy() {
        var reply = generate(body(HARD, "ivory")).extract().jsonPath();

        List<Map<String, Object>> candidates = reply.getList("selection.candidates");
        assertThat(candidates).hasSizeLessThanOrEqualTo(8).hasSizeGreaterThan(2);
        assertThat(candidates).allSatisfy(candidate -> {
            assertThat((Float) candidate.get("example_loss")).isPositive();
            assertThat((Float) candidate.get("example_exact")).isBetween(0f, 1f);
            assertThat((List<?>) candidate.get("examples")).hasSize(4);
        });
        assertThat(candidates)
                .extracting(candidate ->
                        candidate.get("kind") + " " + candidate.get("strength") + " " + candidate.get("mode"))
                .contains(
                        "mean 1.0 adapter",
                        "mean 1.0 adapter_examples",
                        "b0 0.0 adapter_examples",
                        "base null examples",
                        "base null plain")
                .doesNotHaveDuplicates();
        assertThat(reply.getFloat("selection.confidence")).isBetween(0f, 1f);
        assertThat(reply.getInt("selection.evidence_tokens")).isPositive();
        assertThat(reply.getFloat("timing_ms.select")).isPositive();
        assertThat(reply.getBoolean("selection.cached")).isFalse();
    }

    @Test
    void decidesOnceForATask() {
        var first = generate(body(task("Write the plural, please.", PLURALS), "dog", "church"))
                .extract()
                .jsonPath();

        generate(body(task("Write the plural, please.", PLURALS), "dog", "church"))
                .body("selection.cached", equalTo(true))
                .body("selection.evidence_tokens", equalTo(0))
                .body("selection.served", equalTo(first.getString("selection.served")))
                .body("selection.candidates", equalTo(first.getList("selection.candidates")))
                .body("timing_ms.select", equalTo(0f))
                .body("timing_ms.fingerprint", equalTo(0f))
                .body("outputs", equalTo(first.getList("outputs")));
    }

    @Test
    void answersAsTheModeThatItChose() {
        var body = body(task("Plural of the noun.", PLURALS), "dog", "church");
        var chosen = with(body, "candidates", 6);
        var auto = generate(chosen).extract().jsonPath();
        var named = with(new HashMap<>(body), "mode", auto.getString("selection.served"));
        if (auto.get("selection.strength") != null) {
            with(named, "strength", auto.getFloat("selection.strength"));
        }

        generate(named)
                .body("outputs", equalTo(auto.getList("outputs")))
                .body("adapter.id", equalTo(auto.getString("adapter.id")));
    }

    /// There are eight: the mean, B0, the base model and the nearest seen task, each in two forms of prompt.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 12})
    void triesNoMoreThanAskedFor(int candidates) {
        var reply = generate(with(body(HARD, "ivory"), "candidates", candidates))
                .extract()
                .jsonPath();

        assertThat(reply.getList("selection.candidates")).hasSize(Math.min(candidates, 8));
    }

    @Test
    void aTinyBudgetStillAnswers() {
        generate(with(body(HARD, "ivory"), "budget_ms", 1))
                .body("selection.candidates.size()", equalTo(1))
                .body("outputs.size()", equalTo(1));
    }

    @Test
    void withoutExamplesThereIsNothingToCompare() {
        generate(body(task("Write the plural of the noun.", List.of()), "dog"))
                .body("selection.served", equalTo("adapter"))
                .body("selection.candidates", empty())
                .body("selection.evidence_tokens", equalTo(0))
                .body("selection.confidence", greaterThan(0f));
    }

    @Test
    void oneExampleAndItsTwinsAreNoComparison() {
        var one = List.of(PLURALS.getFirst());
        var twins = List.of(PLURALS.getFirst(), PLURALS.getFirst(), PLURALS.getFirst());

        generate(body(task("Plural.", one), "dog")).body("selection.candidates", empty());
        generate(body(task("Plural.", twins), "dog")).body("selection.candidates", empty());
    }

    @Test
    void contradictoryExamplesAreAnsweredWithLittleConfidence() {
        var contradictory = task(
                "Answer yes or no.",
                List.of(
                        Map.of("input", "apple", "output", "yes"),
                        Map.of("input", "apple", "output", "no"),
                        Map.of("input", "pear", "output", "no"),
                        Map.of("input", "pear", "output", "yes")));

        var reply = generate(body(contradictory, "plum")).extract().jsonPath();

        assertThat(reply.getList("outputs")).hasSize(1);
        assertThat(confidence(reply)).isLessThan(0.9f);
    }

    @Test
    void whereExamplesDoNotFitOnlyTheDescriptionIsTried() {
        var description = "Say it again.";
        var long4 = List.of(
                Map.of("input", "one two three four five six seven", "output", "one two three four five six seven"),
                Map.of("input", "red green blue yellow black white", "output", "red green blue yellow black white"),
                Map.of("input", "north south east west up down in", "output", "north south east west up down in"));

        var reply = generate(with(
                        with(body(task(description, long4), "dog"), "max_tokens", 4050),
                        "stop",
                        List.of("a", "e", "o", " ")))
                .extract()
                .jsonPath();

        assertThat(reply.getList("selection.candidates.mode", String.class)).isSubsetOf("adapter", "plain");
    }

    @Test
    void besideAnAdapterThereIsNothingToChoose() {
        var id = generate(with(body(plurals(), "dog"), "mode", "adapter"))
                .extract()
                .<String>path("adapter.id");

        generate(with(with(body(plurals(), "dog"), "task", null), "adapter", id))
                .body("selection.served", equalTo("adapter"))
                .body("selection.candidates", empty())
                .body("selection.confidence", nullValue())
                .body("adapter.id", equalTo(id));
    }

    @Test
    void aChosenAdapterCanBeDownloadedAndNamed() {
        var reply = generate(with(body(task("Make the plural.", PLURALS), "dog"), "candidates", 2))
                .extract()
                .jsonPath();
        var id = reply.getString("adapter.id");

        given().get("/adapters/{id}", id).then().statusCode(200);
        generate(with(with(body(plurals(), "dog"), "task", null), "adapter", id))
                .body("adapter.id", equalTo(id));
    }

    @Test
    void limitsOfTheSelectionAreNamed() {
        refused("/budget_ms", "is 0, outside 1 to 10000", with(body(plurals(), "dog"), "budget_ms", 0));
        refused("/refine", "", with(body(plurals(), "dog"), "refine", Map.of("budget_ms", 100)));
        refused("/strength", "is chosen in mode auto", with(body(plurals(), "dog"), "strength", 0.5));
    }

    private static void refused(String field, String message, Map<String, Object> body) {
        post("/generate", body)
                .statusCode(400)
                .body("errors.field", hasItem(field))
                .body("errors.message", hasItem(containsString(message)));
    }

    private static float confidence(JsonPath reply) {
        return reply.getFloat("selection.confidence");
    }
}
