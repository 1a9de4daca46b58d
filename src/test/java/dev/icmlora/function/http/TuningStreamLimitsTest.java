package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.stream;
import static dev.icmlora.function.Requests.task;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;

/// One task is tuned at a time, and none for long.
@Tag("slow")
@QuarkusTest
@TestProfile(TuningStreamLimitsTest.OnePlace.class)
class TuningStreamLimitsTest {

    public static final class OnePlace implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("icm-lora.worker.sequences", "2", "icm-lora.request-timeout", "8s");
        }
    }

    private static Map<String, Object> tuned(String description, int steps) {
        return Map.of("task", task(description, PLURALS), "tune", Map.of("steps", steps));
    }

    @Test
    void whoLeavesMakesRoomForAnother() throws Exception {
        // The first tuning copies weights, which may take a good part of a request's time.
        findsRoom(tuned("A plural before.", 1));
        var other = tuned("Another plural.", 1);
        var known = known();
        try (var client = HttpClient.newHttpClient();
                var events = stream(client, "/adapter", tuned("A plural for nobody.", 100))) {
            assertThat(json(events.findFirst().orElseThrow()).get("steps").intValue())
                    .isEqualTo(100);
            given().contentType(ContentType.JSON)
                    .accept("text/event-stream")
                    .body(other)
                    .post("/adapter")
                    .then()
                    .statusCode(429)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:icm-lora:problem:queue-full"));
        }

        findsRoom(other);

        // What both tunings began with, and what the other one made. Who waits for the end of one gets an adapter.
        assertThat(known()).hasSize(known.size() + 3);
    }

    private static List<String> known() {
        return given().get("/v1/models")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("data.id");
    }

    private static void findsRoom(Map<String, Object> request) {
        Eventually.until(() -> post("/adapter", request).extract().statusCode() == 200);
    }

    /// A tuning that took a step ends with that in time. So the first takes far longer than the time: it takes the
    /// first eight of these examples.
    @Test
    void aFailureOnTheWayIsTheLastEvent() throws Exception {
        // The first takes no part, and leaves nothing but the description to be fingerprinted. Each digit is a token.
        var examples = IntStream.range(0, 33)
                .mapToObj(i -> i == 0 ? "\uD83C\uDC00".repeat(1500) : i + (i <= 8 ? "7".repeat(740) : ""))
                .map(input -> Map.of("input", input, "output", "y"))
                .toList();
        var slow = Map.<String, Object>of("task", task("Slowly.", examples), "tune", Map.of("steps", 2));
        try (var client = HttpClient.newHttpClient()) {
            var events =
                    stream(client, "/adapter", slow).map(data -> json(data)).toList();

            assertThat(events.getFirst().has("step")).isTrue();
            assertThat(events.getLast().has("error")).as("%s", events).isTrue();
            var error = events.getLast().get("error");
            assertThat(error.get("status").intValue()).isEqualTo(504);
            assertThat(error.get("type").textValue()).isEqualTo("urn:icm-lora:problem:deadline");
            assertThat(error.get("detail").textValue()).contains("8000 ms");
        }
        findsRoom(tuned("A plural after all.", 1));
    }
}
