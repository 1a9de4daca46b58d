package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log and the metrics of the packaged function as they are in production.
class LogIT {

    private static final String SECRET = "xylophone";

    @TempDir
    Path folder;

    @Test
    void isJsonThatNamesRequestsAndAdaptersAndHoldsNoText() throws Exception {
        var environment = Map.of("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true", "ICM_LORA_ADAPTERS_UPLOAD", "true");
        try (var function = FunctionProcess.start(folder, environment)) {
            var address = function.awaitAddress();
            var id = post(address, Map.of("description", SECRET), "r-1", 200);
            post(address, Map.of("describtion", SECRET), "r-2", 400);
            others(address);
            assertThat(given().get(address + "/q/metrics").asString())
                    .contains("icm_lora_request_seconds_count")
                    .doesNotContain(SECRET);

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

    /// Every other door that a client's text comes in by, well said and badly.
    private static void others(String address) {
        var messages = List.of(Map.of("role", "user", "content", SECRET));
        var model = "SmolLM2-135M-Instruct.Q8_0";
        var schema = Map.of("type", "json_schema", "json_schema", Map.of("schema", Map.of("const", SECRET)));
        send(address + "/v1/chat/completions", 200, Map.of("model", model, "messages", messages, "max_tokens", 2));
        send(
                address + "/v1/chat/completions",
                200,
                Map.of("model", model, "messages", messages, "max_tokens", 9, "response_format", schema));
        send(address + "/v1/chat/completions", 404, Map.of("model", SECRET, "messages", messages));
        send(address + "/v1/chat/completions", 400, Map.of("model", model, "messages", messages, "stop", List.of("")));
        send(address + "/v1/completions", 200, Map.of("model", model, "prompt", SECRET, "max_tokens", 2));
        send(address + "/v1/embeddings", 200, Map.of("model", "e5-small-v2.Q8_0", "input", SECRET));
        send(address + "/adapter", 200, Map.of("task", Map.of("description", SECRET)));
        send(address + "/events/s3", 400, SECRET);
        given().contentType("application/octet-stream")
                .body(("GGUF" + SECRET).getBytes(UTF_8))
                .put(address + "/adapters?description=" + SECRET)
                .then()
                .statusCode(400);
        given().get(address + "/adapters/" + SECRET).then().statusCode(404);
        for (var i = 0; i < 3; i++) {
            send(address + "/v1/completions", 400, Map.of("model", tooLarge(address), "prompt", "a", "max_tokens", 2));
        }
    }

    /// An adapter whose scores are not finite: sums of sums, until one would hold a weight that is not.
    private static String tooLarge(String address) {
        var id = made(address + "/adapter", Map.of("task", Map.of("description", "Write the plural.")));
        for (var next = id; next != null; ) {
            id = next;
            next = made(address + "/adapters/blend", Map.of("adapters", List.of(Map.of("id", id, "weight", 4))));
        }
        return id;
    }

    /// Null where it is refused.
    private static String made(String address, Object body) {
        return given().contentType(ContentType.JSON).body(body).post(address).path("id");
    }

    private static void send(String address, int status, Object body) {
        given().contentType(ContentType.JSON).body(body).post(address).then().statusCode(status);
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
