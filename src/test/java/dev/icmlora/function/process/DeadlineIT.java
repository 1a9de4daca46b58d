package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What has to be measured on a machine that does nothing else.
@Tag("alone")
class DeadlineIT {

    @TempDir
    Path folder;

    /// The limit is in terms of how quick the machine is: half of it is enough for some steps and not for all.
    @Test
    void aLongTuningIsCutShortAndNotLate() throws Exception {
        var limit = Duration.ofMillis(24 * millisOfFingerprint());
        try (var function = FunctionProcess.start(folder, Map.of("ICM_LORA_REQUEST_TIMEOUT", limit.toString()))) {
            var address = function.awaitAddress();

            for (var i = 0; i < 2; i++) {
                var reply = ofLongTask(address, "auto", "Give the secret words.");

                assertThat(reply.getBoolean("selection.hurried")).isTrue();
                assertThat(reply.getBoolean("tuning.cut_short")).isTrue();
                assertThat(reply.getBoolean("adapter.cached")).isFalse();
                assertThat(reply.getInt("tuning.steps")).isBetween(1, 7);
            }
        }
    }

    /// Of the second request: what the first one takes differs from start to start.
    private long millisOfFingerprint() throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of())) {
            var address = function.awaitAddress();
            ofLongTask(address, "adapter", "Say the secret words.");
            return (long)
                    ofLongTask(address, "adapter", "Give the secret words.").getFloat("timing_ms.fingerprint");
        }
    }

    private static JsonPath ofLongTask(String address, String mode, String description) {
        var task = ServingIT.longTask(description, 3);
        return given().contentType(ContentType.JSON)
                .body(Map.of("task", task, "inputs", List.of("1"), "mode", mode, "max_tokens", 1))
                .post(address + "/generate")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
