package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.stream;
import static dev.icmlora.function.Requests.task;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `POST /adapter` as a stream of events.
@QuarkusTest
class TuningStreamTest {

    private static final String EVENTS = "text/event-stream";

    private static Map<String, Object> tuned(String description, int steps) {
        return Map.of("task", task(description, PLURALS), "tune", Map.of("steps", steps));
    }

    private static List<JsonNode> events(Map<String, Object> request) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return stream(client, "/adapter", request).map(data -> json(data)).toList();
        }
    }

    private static ValidatableResponse refused(Object request) {
        return given().contentType(ContentType.JSON)
                .accept(EVENTS)
                .body(request)
                .post("/adapter")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void theLossFallsStepByStep() throws Exception {
        var events = events(tuned("The plural, please.", 4));

        var progress = events.subList(0, events.size() - 1);
        assertThat(progress).extracting(event -> event.get("steps").intValue()).containsOnly(4);
        assertThat(progress).extracting(event -> event.get("step").intValue()).isSorted();
        assertThat(progress)
                .extracting(event -> event.get("done").doubleValue())
                .isSorted()
                .doesNotHaveDuplicates();
        var losses = progress.stream()
                .filter(event -> event.has("loss"))
                .map(event -> event.get("loss").doubleValue())
                .distinct()
                .toList();
        assertThat(losses).hasSize(4);
        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(progress.getFirst().has("loss")).isFalse();
        assertThat(progress.getFirst().has("left_ms")).isFalse();
        assertThat(progress.subList(1, progress.size()))
                .allSatisfy(
                        event -> assertThat(event.get("left_ms").longValue()).isNotNegative());
    }

    @Test
    void theLastEventIsTheOrdinaryReply() throws Exception {
        var request = tuned("Plurals, one step.", 1);

        var last = events(request).getLast().get("reply");

        assertThat(last.get("cached").booleanValue()).isFalse();
        assertThat(last.at("/timing_ms/tune").doubleValue()).isPositive();
        post("/adapter", request)
                .statusCode(200)
                .body("id", equalTo(last.get("id").textValue()))
                .body("cached", equalTo(true))
                .body("bytes", equalTo(last.get("bytes").intValue()))
                .body("tuning.steps", equalTo(1))
                .body("tuning.loss_after", equalTo(last.at("/tuning/loss_after").floatValue()));
    }

    @Test
    void whatIsKnownNeedsNoProgress() throws Exception {
        var request = tuned("Known plurals.", 1);
        var made = post("/adapter", request).statusCode(200).extract().jsonPath();

        var events = events(request);

        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.at("/reply/id").textValue()).isEqualTo(made.getString("id"));
            assertThat(event.at("/reply/cached").booleanValue()).isTrue();
        });
    }

    @Test
    void whatIsTunedInTheBackgroundElsewhereIsWaitedForHere() throws Exception {
        var request = Map.<String, Object>of(
                "task", task("Later plurals.", PLURALS), "tune", Map.of("steps", 1, "when", "background"));

        var events = events(request);

        assertThat(events.getFirst().has("step")).isTrue();
        assertThat(events.getLast().at("/reply/tuning/state").textValue()).isEqualTo("tuned");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "application/json, text/event-stream;q=0.5"})
    void whoWouldRatherHaveJsonGetsIt(String accept) {
        given().contentType(ContentType.JSON)
                .accept(accept)
                .body(tuned("Plurals as JSON.", 1))
                .post("/adapter")
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("id", startsWith("sha256:"));
    }

    @Test
    void whatIsGeneratedHasNoEvents() {
        given().contentType(ContentType.JSON)
                .accept(EVENTS)
                .body(Map.of("task", plurals()))
                .post("/adapter")
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .body("id", startsWith("sha256:"));
    }

    @Test
    void whatIsWrongIsSaidBeforeAnyEvent() {
        refused(Map.of("task", task("Plurals?", List.of()), "tune", Map.of("steps", 0)))
                .body("errors.field", equalTo(List.of("/tune/steps", "/task/examples")));
        refused("{\"task\":").body("detail", startsWith("the body is not well-formed JSON"));
        refused(Map.of("tusk", 1)).body("errors.field", hasItem("/tusk"));
        // Each of these characters has several tokens.
        var endless = Map.of("input", "\uD83C\uDC00".repeat(2000), "output", "x");
        refused(Map.of("task", task("Plurals?", List.of(endless)), "tune", Map.of()))
                .body("errors.field", equalTo(List.of("/task/examples/0")))
                .body("errors.limit", equalTo(List.of(768)));
    }

    @Test
    void thereIsOneWayIn() {
        post("/adapter/events", tuned("Plurals?", 1)).statusCode(404);
        given().accept(EVENTS).get("/adapter").then().statusCode(405);
        given().accept(EVENTS).body("x").post("/adapter").then().statusCode(415);
    }
}
