package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Requests;

/// Mode auto, which is the default.
@QuarkusTest
class AutoTest {

    private static final List<Map<String, String>> SECRETS = List.of(
            Map.of("input", "amber", "output", "quartz vole"),
            Map.of("input", "linen", "output", "seven owls"),
            Map.of("input", "copper", "output", "mild thunder"),
            Map.of("input", "walnut", "output", "old ink"));

    /// A task that has no rule to learn.
    private static final Map<String, Object> STRANGE = task("Give the secret word.", SECRETS);

    /// The last one is cut off, and so never sure.
    private static final String[] WORDS = {
        "dog", "cactus", "octopus", "sheep", "person", "jeans", "internationalisation of pharmaceutical standardisation"
    };

    private static Map<String, Object> body(Map<String, Object> task, String... inputs) {
        return with(Requests.body(task, inputs), "mode", null);
    }

    private static JsonPath reply(Map<String, Object> body) {
        return generate(body).extract().jsonPath();
    }

    @Test
    void tunesOnTheExamplesAndSaysWhatItServed() {
        var words = body(task("Write the plural, please.", PLURALS), "dog", "xylem");
        var reply = reply(with(words, "confidence", true));

        assertThat(reply.getString("selection.served")).isEqualTo("tuned");
        assertThat(reply.<Object>get("selection.hurried")).isNull();
        assertThat(reply.getString("tuning.state")).isEqualTo("tuned");
        assertThat(reply.getFloat("tuning.loss_after")).isLessThan(reply.getFloat("tuning.loss_before"));
        assertThat(reply.getFloat("timing_ms.tune")).isPositive();
        assertThat(reply.getList("details.calibrated")).containsOnly(true);
        var mean = reply.getList("details.confidence", Double.class).stream()
                .mapToDouble(sure -> sure)
                .average()
                .orElseThrow();
        assertThat(reply.getDouble("selection.confidence"))
                .as("it is as sure of the task as of the answers to it")
                .isBetween(0.0, 1.0)
                .isCloseTo(mean, within(1e-6));
    }

    @Test
    void aTaskThatItDoesNotLearnIsAnsweredWithLittleConfidence() {
        var reply = reply(with(body(STRANGE, "ivory"), "tune", Map.of("steps", 1)));

        assertThat(reply.getFloat("tuning.loss_before")).isGreaterThan(3);
        assertThat(reply.getFloat("selection.confidence")).isLessThan(0.4f);
    }

    @Test
    void tunesATaskOnce() {
        var body = with(body(task("The plural of this.", PLURALS), "dog", "church"), "tune", Map.of("steps", 1));
        var first = reply(body);

        generate(body)
                .body("adapter.cached", equalTo(true))
                .body("selection", equalTo(first.get("selection")))
                .body("tuning", equalTo(first.get("tuning")))
                .body("timing_ms.tune", equalTo(0f))
                .body("timing_ms.fingerprint", equalTo(0f))
                .body("outputs", equalTo(first.getList("outputs")));
    }

    @Test
    void ofTwoAnswersTheSurerOneCounts() {
        var words = with(body(task("More than one.", PLURALS), WORDS), "tune", Map.of("steps", 1));
        var body = with(words, "confidence", true);
        var tuned = reply(with(body, "mode", "tuned"));
        var half = body(task("More than one.", PLURALS.subList(0, 2)), WORDS);
        var shown = with(with(half, "mode", "adapter_examples"), "strength", 0);
        var shared = reply(with(shown, "confidence", true));
        // From here on all prompts are in the prefix cache.
        var auto = reply(body);

        assertThat(auto.getString("adapter.id")).isEqualTo(tuned.getString("adapter.id"));
        var opinions = new HashSet<String>();
        var others = new ArrayList<String>();
        for (var i = 0; i < WORDS.length; i++) {
            var output = "outputs[%d]".formatted(i);
            var sure = "details[%d].confidence".formatted(i);
            var opinion = auto.getString("details[%d].second_opinion".formatted(i));
            opinions.add(opinion);
            var first = new Said(tuned.getString(output), tuned.getDouble(sure));
            var second = new Said(shared.getString(output), shared.getDouble(sure));
            var counts = Math.abs(first.sure - second.sure) < 0.05 || opinion == null
                    ? List.of(first.text, second.text)
                    : List.of((first.sure > second.sure ? first : second).text);
            var isSame = first.text.equals(second.text) == "agrees".equals(opinion);
            if (!counts.contains(auto.getString(output)) || opinion != null && !isSame) {
                others.add(WORDS[i]);
            }
        }
        // Rounding depends on what else the context's memory holds: one of two words that are all but as likely may
        // be written in one request, and the other in the next.
        assertThat(others).hasSizeLessThan(2);
        assertThat(opinions).as("so that each of them is looked at").hasSizeGreaterThan(1);
        var alone = reply(with(body, "mode", "tuned")).getInt("usage.prompt_tokens");
        assertThat(auto.getInt("usage.prompt_tokens"))
                .as("what a second opinion reads counts")
                .isGreaterThan(alone)
                .isLessThanOrEqualTo(alone + shared.getInt("usage.prompt_tokens"));
    }

    /// @param sure the model's own probability: what is tuned for one step has no calibrated one
    private record Said(String text, double sure) {}

    @Test
    void whatIsSureNeedsNoSecondOpinion() {
        var plurals = body(task("Plural of the noun.", PLURALS), "dog", "cat", "table", "phenomenon", "xylem");
        // Not as many steps as usual, so that confidence is the model's own probability.
        var body = with(with(plurals, "confidence", true), "tune", Map.of("steps", 4));
        var sure = reply(with(body, "mode", "tuned")).getList("details.confidence", Double.class);

        var opinions = reply(body).getList("details.second_opinion", String.class);

        assertThat(sure).anyMatch(probability -> probability > 0.62);
        for (var i = 0; i < sure.size(); i++) {
            if (Math.abs(sure.get(i) - 0.6) > 0.02) {
                assertThat(opinions.get(i) == null).as(String.valueOf(sure)).isEqualTo(sure.get(i) > 0.6);
            }
        }
    }

    @Test
    void labelsHaveASecondOpinionToo() {
        var labels = List.of("quartz vole", "seven owls", "mild thunder", "old ink");
        var reply = reply(with(with(body(STRANGE, "amber", "ivory"), "labels", labels), "tune", Map.of("steps", 1)));

        assertThat(reply.getList("outputs", String.class)).isSubsetOf(labels);
        // That can only be found in the prompt.
        assertThat(reply.getString("outputs[0]")).isEqualTo("quartz vole");
        assertThat(reply.getString("details[0].second_opinion")).isIn("agrees", "prevails");
        assertThat(reply.<String, Number>getMap("details[1].probabilities").values().stream()
                        .mapToDouble(Number::doubleValue)
                        .sum())
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void whatIsDrawnHasNone() {
        var reply = reply(with(
                with(with(body(STRANGE, "ivory"), "temperature", 1), "confidence", true), "tune", Map.of("steps", 1)));

        assertThat(reply.getMap("details[0]")).doesNotContainKey("second_opinion");
    }

    @Test
    void whereNobodyWantsToWaitItAnswersUntuned() {
        var task = task("Make it many.", PLURALS);
        var waiting = reply(with(body(task, "dog"), "tune", Map.of("steps", 1, "when", "background")));
        var never = reply(with(body(task, "dog"), "tune", Map.of("steps", 2, "when", "never")));

        assertThat(waiting.getString("tuning.state")).isEqualTo("waiting");
        assertThat(never.<Object>get("tuning")).isNull();
        for (var reply : List.of(waiting, never)) {
            assertThat(reply.getString("selection.served")).isIn("adapter", "adapter_examples");
            assertThat(reply.getFloat("selection.seen_distance")).isPositive();
            assertThat(reply.getFloat("timing_ms.tune")).isZero();
        }
    }

    @Test
    void withoutExamplesTheDistanceToSeenTasksDecides() {
        generate(body(task("Write the plural of the noun.", List.of()), "dog"))
                .body("selection.served", equalTo("adapter"))
                .body("selection.seen_distance", greaterThan(0f))
                .body("selection.confidence", greaterThan(0f))
                .body("tuning", nullValue());
    }

    /// The distance and the adapter come from one task vector.
    @Test
    void aNearTaskIsFingerprintedOnce() {
        var examples =
                List.of(Map.of("input", "river", "output", "RIVER"), Map.of("input", "stone", "output", "STONE"));
        var body = body(task("Write the word in capital letters.", examples), "apple");
        var auto = reply(body);
        given().delete("/adapters/{id}", auto.getString("adapter.id")).then().statusCode(204);
        var named = reply(with(body, "mode", "adapter"));

        assertThat(auto.getFloat("selection.strength"))
                .as("the generated adapter serves")
                .isEqualTo(1);
        assertThat(auto.<Object>get("adapter.id")).isEqualTo(named.get("adapter.id"));
        assertThat(auto.getInt("usage.prompt_tokens")).isEqualTo(named.getInt("usage.prompt_tokens"));
    }

    @Test
    void oneExampleAndItsTwinsAreNotTunedOn() {
        var one = PLURALS.getFirst();

        generate(body(task("Plural.", List.of(one)), "dog")).body("tuning", nullValue());
        generate(body(task("Plural.", List.of(one, one, one)), "dog")).body("tuning", nullValue());
    }

    @Test
    void examplesNeedNotFitThePrompt() {
        var request = with(with(body(STRANGE, "dog"), "max_tokens", 4050), "tune", Map.of("steps", 1));

        generate(with(request, "stop", List.of("a", "e", "o", " "))).body("selection.served", equalTo("tuned"));
    }

    /// And changes nothing for the others.
    @Test
    void aLongInputIsShownAsManyExamplesAsFit() {
        var half = task("Give the secret word.", SECRETS.subList(0, 2));
        var shown = with(with(body(half, "amber"), "mode", "examples"), "max_tokens", 1);
        var tokens = reply(shown).getInt("usage.prompt_tokens");
        var both = with(body(STRANGE, "amber", "ivory ivory ivory ivory"), "max_tokens", 4096 - tokens);
        var request = with(with(both, "stop", List.of(" ")), "tune", Map.of("steps", 1));

        var reply = reply(with(request, "confidence", true));

        assertThat(reply.getList("details.second_opinion")).hasSize(2).doesNotContainNull();
    }

    @Test
    void besideAnAdapterThereIsNothingToChoose() {
        var id = generate(Requests.body(plurals(), "dog")).extract().<String>path("adapter.id");

        generate(with(with(body(plurals(), "dog"), "task", null), "adapter", id))
                .body("selection.served", equalTo("adapter"))
                .body("selection.confidence", nullValue())
                .body("adapter.id", equalTo(id));
    }

    @Test
    void aChosenAdapterCanBeDownloadedAndNamed() {
        var reply = reply(with(body(task("Make the plural.", PLURALS), "dog"), "tune", Map.of("steps", 1)));
        var id = reply.getString("adapter.id");

        given().get("/adapters/{id}", id).then().statusCode(200);
        generate(with(with(body(plurals(), "dog"), "task", null), "adapter", id))
                .body("adapter.id", equalTo(id));
    }

    @Test
    void whatItChoosesItselfIsRefused() {
        refused("/strength", "is chosen in mode auto", with(body(plurals(), "dog"), "strength", 0.5));
        refused("/tune/steps", "is 0, outside", with(body(plurals(), "dog"), "tune", Map.of("steps", 0)));
    }

    private static void refused(String field, String message, Map<String, Object> body) {
        post("/generate", body)
                .statusCode(400)
                .body("errors.field", hasItem(field))
                .body("errors.message", hasItem(containsString(message)));
    }
}
