package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log of the packaged function as it is in production.
class LogIT {

    private static final String SECRET = "xylophone";

    @TempDir
    Path folder;

    @Test
    void isJsonThatNamesRequestsAndAdaptersAndHoldsNoText() throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true"))) {
            var address = function.awaitAddress();
            var id = post(address, Map.of("description", SECRET), "r-1", 200);
            post(address, Map.of("describtion", SECRET), "r-2", 400);

            assertThat(function.terminate()).isIn(0, 143);

            var mapper = new ObjectMapper();
            var lines = function.output().lines().toList();
            assertThat(lines)
                    .allSatisfy(
                            line -> assertThat(mapper.readTree(line).isObject()).isTrue());
            assertThat(lines)
                    .extracting(line -> mapper.readTree(line).path("mdc"))
                    .extracting(mdc -> mdc.path("request_id").asText() + " "
                            + mdc.path("adapter_id").asText())
                    .contains("r-1 " + id);
            assertThat(function.output()).doesNotContain(SECRET);
            assertThat(lines)
                    .extracting(line -> mapper.readTree(line).path("level"))
                    .extracting(JsonNode::asText)
                    .doesNotContain("ERROR");
        }
    }

    private static String post(String address, Map<String, String> task, String requestId, int status) {
        return given().header("X-Request-Id", requestId)
                .contentType(ContentType.JSON)
                .body(Map.of("task", task, "inputs", List.of(SECRET), "max_tokens", 2))
                .post(address + "/generate")
                .then()
                .statusCode(status)
                .header("X-Request-Id", requestId)
                .extract()
                .path("adapter.id");
    }
}
