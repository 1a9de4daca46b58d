package dev.icmlora.function.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.ReferenceAnswer;

/// The adapter that a client downloads is the adapter that served it.
@QuarkusTest
class ExportedAdapterTest {

    private static final String DESCRIPTION = "Write the plural of the word.";
    private static final int MAX_TOKENS = 16;

    @ParameterizedTest
    @ValueSource(strings = {"dog", "box", "woman"})
    void theDownloadIsNamedByItsHashAndGivesTheSameGreedyAnswer(String input) throws Exception {
        var reply = given().contentType(ContentType.JSON)
                .body(Map.of(
                        "task",
                        Map.of("description", DESCRIPTION),
                        "inputs",
                        List.of(input),
                        "mode",
                        "adapter",
                        "max_tokens",
                        MAX_TOKENS))
                .post("/generate")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        var id = reply.getString("adapter.id");

        var download = given().get("/adapters/{id}", id)
                .then()
                .statusCode(200)
                .contentType("application/x-gguf")
                .header("ETag", "\"" + id + "\"")
                .extract()
                .asByteArray();

        assertThat("sha256:" + sha256(download)).isEqualTo(id);
        assertThat(download).hasSize(reply.getInt("adapter.bytes"));
        assertThat(List.of(ReferenceAnswer.of(download, DESCRIPTION, input, MAX_TOKENS)))
                .isEqualTo(reply.getList("outputs"));
    }

    @Test
    void aClientThatHasItIsToldSo() {
        var id = given().contentType(ContentType.JSON)
                .body(Map.of("task", Map.of("description", DESCRIPTION)))
                .post("/adapter")
                .then()
                .extract()
                .<String>path("id");

        given().header("If-None-Match", "\"" + id + "\"")
                .get("/adapters/{id}", id)
                .then()
                .statusCode(304);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
