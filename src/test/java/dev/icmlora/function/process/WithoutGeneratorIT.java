package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A base model that nobody trained a generator for is useful at once.
class WithoutGeneratorIT {

    private static final String EXAMPLES = """
            [{"input": "cat", "output": "CAT"}, {"input": "house", "output": "HOUSE"}, {"input": "river", "output": "RIVER"}]
            """;
    private static final String TASK = "{\"description\": \"Write it in capitals.\", \"examples\": %s}".formatted(EXAMPLES);

    @TempDir
    static Path folder;

    private static FunctionProcess function;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        function = FunctionProcess.start(
                folder, Map.of("ICM_LORA_GENERATOR", "none"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        address = function.awaitAddress();
    }

    @AfterAll
    static void stop() throws Exception {
        function.close();
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType(ContentType.JSON).body(body).post(address + path).then();
    }

    private static ValidatableResponse generate(String task, String mode) {
        return post(
                "/generate",
                "{\"task\": %s, \"inputs\": [\"stone\"], \"mode\": \"%s\", \"max_tokens\": 8}".formatted(task, mode));
    }

    @Test
    void theStartSaysWhatThereIs() {
        assertThat(function.output()).contains("Generator: none for this base model; `icm-lora train FOLDER` trains one");
    }

    @Test
    void adaptersAreTunedFromNothingAndKept() {
        var id = generate(TASK, "tuned")
                .statusCode(200)
                .body("selection.served", equalTo("tuned"))
                .body("tuning.outcome", equalTo("tuned"))
                .extract()
                .<String>path("adapter.id");
        generate(TASK, "auto")
                .statusCode(200)
                .body("selection.served", equalTo("tuned"))
                .body("selection.confidence", nullValue())
                .body("adapter.id", equalTo(id))
                .body("adapter.cached", equalTo(true));
        given().get(address + "/adapters/" + id).then().statusCode(200);
    }

    @Test
    void theBaseModelServesWhatIsNotTuned() {
        generate(TASK, "plain").statusCode(200);
        generate(TASK, "examples").statusCode(200);
        generate("{\"description\": \"Write it in capitals.\"}", "auto")
                .statusCode(200)
                .body("selection.served", equalTo("plain"))
                .body("adapter", nullValue());
        generate("{\"examples\": [{\"input\": \"a\", \"output\": \"A\"}]}", "auto")
                .statusCode(200)
                .body("selection.served", equalTo("examples"));
    }

    @Test
    void whatOnlyAGeneratorMakesIsRefusedWithWhatToDo() {
        var said = "no generator was trained for this base model";
        for (var mode : List.of("adapter", "adapter_examples")) {
            generate(TASK, mode)
                    .statusCode(400)
                    .body("errors[0].field", equalTo("/task"))
                    .body("detail", containsString(said))
                    .body("detail", containsString("icm-lora train FOLDER"));
        }
        post("/adapter", "{\"task\": {\"description\": \"Write it in capitals.\"}}")
                .statusCode(400)
                .body("detail", containsString(said));
        post(
                        "/v1/completions",
                        "{\"model\": \"%s\", \"prompt\": \"a\", \"task\": {\"description\": \"Write it.\"}}"
                                .formatted(given().get(address + "/v1/models").path("data[0].id").toString()))
                .statusCode(400)
                .body("error.message", containsString(said));
    }
}
