package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Mode tuned: gradient steps on the request's own examples.
@QuarkusTest
class TunedTest {

    private static final List<Map<String, String>> HOURS = List.of(
            Map.of("input", "16:41", "output", "16"),
            Map.of("input", "03:50", "output", "3"),
            Map.of("input", "17:41", "output", "17"),
            Map.of("input", "11:55", "output", "11"),
            Map.of("input", "00:38", "output", "0"));

    private static Map<String, Object> tuned(String description, Map<String, Object> tune, String... inputs) {
        return with(with(body(task(description, HOURS), inputs), "mode", "tuned"), "tune", tune);
    }

    private static JsonPath reply(Map<String, Object> request) {
        return generate(request).extract().jsonPath();
    }

    @Test
    void learnsTheExamplesAndSaysHow() {
        var reply = reply(tuned("Which hour is it?", Map.of(), "16:41", "11:55"));

        assertThat(reply.getList("outputs")).containsExactly("16", "11");
        assertThat(reply.getString("selection.served")).isEqualTo("tuned");
        assertThat(reply.getString("tuning.state")).isEqualTo("tuned");
        assertThat(reply.getInt("tuning.steps")).isEqualTo(6);
        assertThat(reply.getFloat("tuning.loss_after")).isLessThan(reply.getFloat("tuning.loss_before"));
        assertThat(reply.getFloat("timing_ms.tune")).isPositive();
        assertThat(reply.getFloat("timing_ms.fingerprint")).isPositive();
    }

    @Test
    void fromTheSharedAdapterNoTaskVectorIsTaken() {
        var reply = reply(with(tuned("Hours, please.", Map.of("steps", 1), "16:41"), "strength", 0));

        assertThat(reply.getFloat("timing_ms.tune")).isPositive();
        assertThat(reply.getFloat("timing_ms.fingerprint")).isZero();
    }

    @Test
    void moreExamplesThanFitIntoTheContextCanBeTunedOn() {
        var many = IntStream.range(0, 500)
                .mapToObj(i -> Map.of("input", "%02d:41".formatted(i % 24), "output", Integer.toString(i % 24)))
                .toList();
        var request = with(body(task("Which hour is it now?", many), "16:41"), "mode", "tuned");

        generate(with(request, "tune", Map.of("steps", 1))).body("tuning.state", equalTo("tuned"));
    }

    /// B0 takes this for what it was trained on, and is far from it at once.
    @Test
    void aLossThatGrowsIsSaidAndTheAdapterFromBeforeServes() {
        var words = String.join(" ", Collections.nCopies(8, "the"));
        var task = task("Repeat the input.", List.of(Map.of("input", words, "output", words)));
        var request = with(with(body(task, "one"), "mode", "tuned"), "strength", 0);

        var reply = reply(with(request, "tune", Map.of("steps", 1)));

        assertThat(reply.getString("tuning.state")).isEqualTo("diverged");
        assertThat(reply.getFloat("tuning.loss_after")).isEqualTo(reply.getFloat("tuning.loss_before"));
        generate(with(with(body(task, "one"), "mode", "adapter"), "strength", 0))
                .body("adapter.id", equalTo(reply.getString("adapter.id")))
                .body("outputs", equalTo(reply.getList("outputs")));
        generate(with(request, "tune", Map.of("steps", 1)))
                .body("tuning.state", equalTo("diverged"))
                .body("timing_ms.tune", equalTo(0f))
                .body("outputs", equalTo(reply.getList("outputs")));
    }

    @Test
    void aTaskIsTunedOnce() {
        var request = tuned("Name the hour.", Map.of("steps", 1), "16:41");
        var first = reply(request);

        generate(request)
                .body("adapter.cached", equalTo(true))
                .body("adapter.id", equalTo(first.getString("adapter.id")))
                .body("tuning.loss_after", equalTo(first.get("tuning.loss_after")))
                .body("timing_ms.tune", equalTo(0f))
                .body("outputs", equalTo(first.getList("outputs")));
    }

    @Test
    void whatWasTunedIsAnAdapterLikeAnyOther() {
        var made = post("/adapter", Map.of("task", task("The hour of this time.", HOURS), "tune", Map.of("steps", 2)))
                .statusCode(200)
                .body("tuning.steps", equalTo(2))
                .extract()
                .jsonPath();
        String id = made.getString("id");

        var tuned = reply(tuned("The hour of this time.", Map.of("steps", 2), "12:30"));
        var named = with(with(body(Map.of(), "12:30"), "task", null), "adapter", id);

        assertThat(tuned.getString("adapter.id")).isEqualTo(id);
        generate(with(named, "mode", "adapter")).body("outputs", equalTo(tuned.getList("outputs")));
        given().get("/adapters/{id}", id).then().statusCode(200);
    }

    @Test
    void inTheBackgroundTheFirstRequestDoesNotWait() {
        var request = tuned("Say the hour.", Map.of("steps", 1, "when", "background"), "16:41");

        generate(request)
                .body("selection.served", equalTo("adapter_examples"))
                .body("tuning.state", equalTo("waiting"))
                .body("timing_ms.tune", equalTo(0f));

        // Whoever wants it now waits for the tuning that has begun.
        generate(with(request, "tune", Map.of("steps", 1))).body("selection.served", equalTo("tuned"));
        generate(request).body("selection.served", equalTo("tuned")).body("adapter.cached", equalTo(true));
    }

    /// They would take all the room that there is to wait, since each takes far longer than the requests.
    @Test
    void whatIsRefusedIsNotTunedInTheBackgroundEither() {
        var many = IntStream.range(0, 500)
                .mapToObj(i -> Map.of("input", "%02d:41".formatted(i % 24), "output", Integer.toString(i % 24)))
                .toList();
        var later = Map.of("steps", 100, "when", "background");
        for (var i = 0; i < 10; i++) {
            var request = with(body(task("Which hour is it, " + i + "?", many), "16:41"), "mode", "tuned");
            post("/generate", with(request, "tune", later))
                    .statusCode(400)
                    .body("detail", containsString("prompts of"));
        }

        generate(tuned("Say the hour once.", Map.of("steps", 1, "when", "background"), "16:41"))
                .body("tuning.state", equalTo("waiting"));
    }

    @Test
    void neverTunesWhereThatIsAskedFor() {
        generate(tuned("Tell the hour.", Map.of("when", "never"), "16:41"))
                .body("selection.served", equalTo("adapter_examples"))
                .body("tuning", nullValue());
    }

    @Test
    void examplesThatContradictEachOtherAreServedAndCounted() {
        var examples = new ArrayList<>(HOURS);
        examples.add(Map.of("input", "16:41", "output", "4"));
        var request = with(body(task("Which hour?", examples), "16:41"), "mode", "tuned");

        generate(with(request, "tune", Map.of("steps", 1))).body("tuning.contradictory", equalTo(2));
    }

    @Test
    void otherModesHaveNothingToTune() {
        refused("/tune", "needs mode tuned", with(tuned("Hour?", Map.of(), "16:41"), "mode", "adapter"));
    }

    @Test
    void withoutExamplesThereIsNothingToTuneOn() {
        var request = with(body(task("Which hour is it?", List.of()), "16:41"), "mode", "tuned");

        refused("/task/examples", "must not be empty", request);
    }

    @ParameterizedTest
    @CsvSource({"steps, 0", "steps, 101"})
    void limitsAreNamed(String field, int value) {
        refused("/tune/" + field, "is " + value + ", outside", tuned("Hour?", Map.of(field, value), "16:41"));
    }

    @Test
    void anAdapterIsNotTunedAgain() {
        var named = with(with(body(Map.of(), "12:30"), "task", null), "adapter", "sha256:" + "0".repeat(64));

        refused("/mode", "needs /task", with(named, "mode", "tuned"));
    }

    private static void refused(String field, String message, Map<String, Object> request) {
        post("/generate", request)
                .statusCode(400)
                .body("errors.field", hasItem(field))
                .body("errors.message", hasItem(containsString(message)));
    }
}
