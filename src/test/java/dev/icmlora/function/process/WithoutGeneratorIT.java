package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.PeftFiles;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;

/// A base model that nobody trained a generator for is useful at once, with adapters that change whatever they like.
class WithoutGeneratorIT {

    private static final String EXAMPLES = """
            [{"input": "cat", "output": "CAT"}, {"input": "house", "output": "HOUSE"}, {"input": "river", "output": "RIVER"}]
            """;
    private static final String TASK =
            "{\"description\": \"Write it in capitals.\", \"examples\": %s}".formatted(EXAMPLES);

    private static final String STONE = "\"inputs\": [\"stone\"], \"max_tokens\": 8";
    private static final String TUNE = "\"tune\": {\"steps\": 2}";

    private static final List<String> MODULES =
            List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down");

    @TempDir
    static Path folder;

    private static FunctionProcess function;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        function = FunctionProcess.start(
                folder,
                Map.of(
                        "ICM_LORA_GENERATOR", "none",
                        "ICM_LORA_STORAGE_BUCKET", "file:" + Files.createDirectory(folder.resolve("bucket")),
                        "ICM_LORA_ADAPTER_MODULES", String.join(",", MODULES),
                        "ICM_LORA_ADAPTER_MAX_RANK", "20",
                        "ICM_LORA_ADAPTERS_UPLOAD", "true",
                        "ICM_LORA_ADAPTERS_MAX_BYTES", "64M",
                        // A busy machine is to be slow here, and not to tune for fewer steps.
                        "ICM_LORA_REQUEST_TIMEOUT", "300s"),
                "-XX:+UseSerialGC");
        address = function.awaitAddress();
    }

    @AfterAll
    static void stop() throws Exception {
        function.close();
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post(address + path)
                .then();
    }

    private static ValidatableResponse generate(String task, String mode) {
        return post("/generate", "{\"task\": %s, %s, \"mode\": \"%s\"}".formatted(task, STONE, mode));
    }

    private static ValidatableResponse tuned(String mode) {
        return post("/generate", "{\"task\": %s, %s, %s, \"mode\": \"%s\"}".formatted(TASK, STONE, TUNE, mode));
    }

    @Test
    void theStartSaysWhatThereIs() throws IOException {
        assertThat(function.output())
                .contains("Generator: none for this base model; `icm-lora train FOLDER` trains one");
    }

    @Test
    void adaptersAreTunedFromNothingAndKept() {
        var id = tuned("tuned")
                .statusCode(200)
                .body("selection.served", equalTo("tuned"))
                .body("tuning.state", equalTo("tuned"))
                .extract()
                .<String>path("adapter.id");
        tuned("auto")
                .statusCode(200)
                .body("selection.served", equalTo("tuned"))
                .body("selection.confidence", nullValue())
                .body("adapter.id", equalTo(id))
                .body("adapter.cached", equalTo(true));
        given().get(address + "/adapters/" + id).then().statusCode(200);
    }

    @Test
    void jobsAreAnsweredAsRequestsAre() {
        var id = post("/jobs", "{\"task\": %s, %s, %s}".formatted(TASK, STONE, TUNE))
                .statusCode(202)
                .extract()
                .<String>path("id");
        Eventually.until(
                () -> !given().get(address + "/jobs/" + id).path("state").equals("open"));
        given().get(address + "/jobs/" + id)
                .then()
                .body("state", equalTo("completed"))
                .body("answered", equalTo(1));
    }

    private static byte[] peft(int rank) {
        var targets = List.of(
                new Target("attn_q", 576, 576),
                new Target("attn_k", 576, 192),
                new Target("attn_v", 576, 192),
                new Target("attn_output", 576, 576),
                new Target("ffn_gate", 576, 1536),
                new Target("ffn_up", 576, 1536),
                new Target("ffn_down", 1536, 576));
        return PeftFiles.zip(new AdapterLayout("llama", 30, rank, 2 * rank, targets), 3);
    }

    private static ValidatableResponse upload(byte[] file) {
        return given().contentType("application/zip")
                .body(file)
                .put(address + "/adapters")
                .then();
    }

    @Test
    void anAdapterOfAllModulesIsTakenInServedAndGivenBack() {
        var id = upload(peft(20)).statusCode(201).extract().<String>path("id");
        var plain = generate(TASK, "plain").statusCode(200).extract().<List<String>>path("outputs");
        var request = "{\"adapter\": \"%s\", \"inputs\": [\"stone\"], \"max_tokens\": 8}".formatted(id);
        assertThat(post("/generate", request).statusCode(200).extract().<List<String>>path("outputs"))
                .isNotEqualTo(plain);
        var back = given().accept("application/zip")
                .get(address + "/adapters/" + id)
                .asByteArray();
        upload(back).statusCode(200).body("id", equalTo(id));

        upload(peft(21))
                .statusCode(400)
                .body("detail", containsString("it would fit if ICM_LORA_ADAPTER_MAX_RANK were 21"));
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
                                .formatted(given().get(address + "/v1/models")
                                        .path("data[0].id")
                                        .toString()))
                .statusCode(400)
                .body("error.message", containsString(said));
    }
}
