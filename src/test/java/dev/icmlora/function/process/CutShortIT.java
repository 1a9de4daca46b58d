package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A limit that leaves time for some of a tuning's steps, however quick the machine is.
class CutShortIT {

    private static final int STEPS = 4;

    /// The limit has to be enough for half of the steps and not for all. Which one is depends on what else the machine
    /// does, so there are several, in times of reading the task.
    @Test
    void aLongTuningIsCutShortAndNotLate(@TempDir Path folder) throws Exception {
        var fingerprint = fingerprint(folder);
        for (var times : List.of(12, 9, 15)) {
            if (isCutShort(fingerprint.multipliedBy(times), folder)) {
                return;
            }
        }
        fail("a tuning was cut short by no limit");
    }

    private static boolean isCutShort(Duration limit, Path folder) throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of("ICM_LORA_REQUEST_TIMEOUT", limit.toString()))) {
            var address = function.awaitAddress();
            // What it reads first takes longer.
            for (var verb : List.of("Say", "Tell", "Write")) {
                ofLongTask(address, "adapter", verb + " the secret words.");
            }

            var reply = ofLongTask(address, "auto", "Give the secret words.");

            if (reply.get("tuning.cut_short") == null) {
                return false;
            }
            assertThat(reply.getBoolean("tuning.cut_short")).isTrue();
            assertThat(reply.getBoolean("adapter.cached")).isFalse();
            assertThat(reply.getBoolean("selection.hurried")).isTrue();
            assertThat(reply.getInt("tuning.steps")).isBetween(1, STEPS - 1);
            awaitLater(() -> Integer.valueOf(STEPS)
                    .equals(ofLongTask(address, "auto", "Give the secret words.")
                            .get("tuning.steps")));
            return true;
        }
    }

    /// How long a task is read, which says how quick the machine is. The quickest of some requests, since a machine is
    /// slow now and then, and without the first: what that takes differs from start to start.
    static Duration fingerprint(Path folder) throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of())) {
            var address = function.awaitAddress();
            ofLongTask(address, "adapter", "Say the secret words.");
            var quickest = Stream.of("Give", "Tell", "Write")
                    .mapToDouble(verb -> ofLongTask(address, "adapter", verb + " the secret words.")
                            .getDouble("timing_ms.fingerprint"))
                    .min()
                    .orElseThrow();
            return Duration.ofMillis((long) quickest);
        }
    }

    private static JsonPath ofLongTask(String address, String mode, String description) {
        var task = ServingIT.longTask(description, 2);
        var body = new HashMap<String, Object>(
                Map.of("task", task, "inputs", List.of("1"), "mode", mode, "max_tokens", 1));
        if (mode.equals("auto")) {
            body.put("tune", Map.of("steps", STEPS));
        }
        return reply(address, body);
    }

    /// Each time that it asks is a request with the same limit, beside what is done in the background.
    static void awaitLater(Callable<Boolean> condition) {
        Awaitility.await()
                .pollInterval(Duration.ofSeconds(3))
                .atMost(Duration.ofMinutes(4))
                .until(condition);
    }

    static JsonPath reply(String address, Map<String, Object> body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post(address + "/generate")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
