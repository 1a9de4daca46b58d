package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.define;
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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.function.Eventually;

/// Versions of functions that run beside the version that serves.
@QuarkusTest
class ShadowTest {

    private static final Path BUCKET = Path.of("target/functions/shared");
    private static final Map<String, Object> TRIAGE =
            with(Map.of("task", task("How urgent is it?", List.of())), "labels", List.of("immediate", "wait"));
    /// None of its answers is one of the other's.
    private static final Map<String, Object> COLOURS = with(TRIAGE, "labels", List.of("red", "green"));

    private static Map<String, Object> beside(Map<String, Object> definition, Map<String, Object> shadow) {
        return with(definition, "shadow", shadow);
    }

    private static String triage() {
        var name = "f" + UUID.randomUUID();
        define(name, TRIAGE).statusCode(201);
        return name;
    }

    private static Map<String, Object> calling(String name, String... inputs) {
        return with(body(Map.of("function", name), inputs), "mode", "plain");
    }

    private static JsonPath comparison(String name) {
        return given().get("/functions/{name}", name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .setRootPath("comparison");
    }

    /// What is known once that many inputs were compared or could not be.
    private static JsonPath comparisonOf(String name, int inputs) {
        Eventually.until(() -> answered(comparison(name)) >= inputs);
        var comparison = comparison(name);
        assertThat(answered(comparison)).isEqualTo(inputs);
        return comparison;
    }

    private static int answered(JsonPath comparison) {
        return comparison.getInt("compared") + comparison.getInt("failed");
    }

    @Test
    void theNameMeansTheOldVersionAndTheNextOneIsCompared() throws Exception {
        var name = triage();
        define(name, beside(COLOURS, Map.of("keep", 2)))
                .statusCode(201)
                .body("version", equalTo(2))
                .body("shadow.every", equalTo(1))
                .body("comparison", nullValue());
        assertThat(comparison(name + "@2").getInt("compared")).isZero();

        var served = generate(calling(name, "The house is on fire.", "I want a new chair.", "x"))
                .body("function", equalTo(name + "@1"))
                .extract()
                .jsonPath();

        var comparison = comparisonOf(name + "@2", 3);
        assertThat(comparison.getInt("different")).isEqualTo(3);
        assertThat(comparison.getList("differences.input")).containsExactly("I want a new chair.", "x");
        assertThat(comparison.getList("differences.served"))
                .isEqualTo(served.getList("outputs").subList(1, 3));
        assertThat(comparison.<String>getList("differences.shadow")).allMatch(List.of("red", "green")::contains);
        given().get("/functions/{name}", name)
                .then()
                .body("version", equalTo(1))
                .body("comparison", nullValue());
        given().get("/functions")
                .then()
                .body("functions.find { it.name == '%s' }.newest".formatted(name), equalTo(1))
                .body("functions.find { it.name == '%s' }.shadow".formatted(name), equalTo(2))
                .body("functions.find { it.name == '%s' }.versions".formatted(name), equalTo(List.of(1, 2)));
    }

    @Test
    void equalAnswersCountAndNothingIsKeptUnlessItIsWanted() throws Exception {
        var name = triage();
        define(name, beside(TRIAGE, Map.of())).statusCode(201);
        generate(calling(name, "a", "b"));
        assertThat(comparisonOf(name + "@2", 2).getInt("different")).isZero();

        define(name, beside(COLOURS, Map.of())).statusCode(201);
        generate(calling(name, "a", "b"));

        var comparison = comparisonOf(name + "@3", 2);
        assertThat(comparison.getInt("different")).isEqualTo(2);
        assertThat(comparison.getList("differences")).isEmpty();
        // Only the newest runs.
        assertThat(comparison(name + "@2").getInt("compared")).isEqualTo(2);
    }

    @Test
    void oneOfSoManyRequestsIsCompared() throws Exception {
        var name = triage();
        define(name, beside(COLOURS, Map.of("every", 3))).statusCode(201);

        for (var i = 0; i < 7; i++) {
            // Either name of the version that serves.
            generate(calling(i % 2 == 0 ? name : name + "@1", "number " + i));
        }

        comparisonOf(name + "@2", 3);
    }

    @Test
    void whatComparesNothingCountsNothing() throws Exception {
        var name = triage();
        define(name, Map.of("task", task("Say it.", List.of()))).statusCode(201);
        define(name, beside(TRIAGE, Map.of())).statusCode(201);

        generate(with(calling(name, "lot"), "temperature", 1)).body("function", equalTo(name + "@2"));
        generate(calling(name + "@1", "old"));
        generate(calling(name + "@3", "beside")).body("function", equalTo(name + "@3"));
        generate(calling(name, "counts"));

        comparisonOf(name + "@3", 1);
    }

    @Test
    void whatOnlyTheServingVersionCanAnswerHasFailed() throws Exception {
        var name = "f" + UUID.randomUUID();
        define(name, Map.of("task", task("Say it.", List.of()))).statusCode(201);
        define(name, beside(TRIAGE, Map.of())).statusCode(201);

        generate(with(calling(name, "a", "b"), "stop", List.of("x")));

        var comparison = comparisonOf(name + "@2", 2);
        assertThat(comparison.getInt("failed")).isEqualTo(2);
        assertThat(comparison.getInt("compared")).isZero();
    }

    @Test
    void aProgramThatDefinesAtEachStartEndsNoComparison() {
        var name = triage();
        define(name, beside(COLOURS, Map.of())).statusCode(201).body("version", equalTo(2));

        define(name, TRIAGE).statusCode(200).body("version", equalTo(1));
        define(name, beside(COLOURS, Map.of())).statusCode(200).body("version", equalTo(2));

        define(name, COLOURS).statusCode(201).body("version", equalTo(3));
        generate(calling(name, "x")).body("function", equalTo(name + "@3"));
        given().get("/functions")
                .then()
                .body("functions.find { it.name == '%s' }.newest".formatted(name), equalTo(3))
                .body("functions.find { it.name == '%s' }.shadow".formatted(name), nullValue());
    }

    @Test
    void whereThereIsNoOtherVersionItServes() {
        var name = "f" + UUID.randomUUID();
        define(name, beside(COLOURS, Map.of())).statusCode(201);

        generate(calling(name, "x")).body("function", equalTo(name + "@1"));
    }

    @Test
    void aDeletedVersionLeavesNoInputsBehind() throws Exception {
        var name = triage();
        define(name, beside(COLOURS, Map.of("keep", 5))).statusCode(201);
        generate(calling(name, "a secret"));
        comparisonOf(name + "@2", 1);

        given().delete("/functions/{name}", name + "@2").then().statusCode(204);

        generate(calling(name, "x")).body("function", equalTo(name + "@1"));
        given().get("/functions/{name}", name + "@2").then().statusCode(404);
        try (var files = Files.list(BUCKET.resolve(name))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("given", "000000001.json");
        }
    }

    @Test
    void underLoadClientsAreAnsweredAndComparisonsAreLeftOut() throws Exception {
        var name = triage();
        define(name, beside(COLOURS, Map.of())).statusCode(201);
        var requests = 60;
        var shed = shed();
        var work = IntStream.range(0, requests)
                .<Callable<Integer>>mapToObj(i -> () -> post("/generate", calling(name, "number " + i))
                        .extract()
                        .statusCode())
                .toList();

        try (var clients = Executors.newFixedThreadPool(6)) {
            for (var reply : clients.invokeAll(work)) {
                assertThat(reply.get()).isEqualTo(200);
            }
        }

        assertThat(shed()).isGreaterThan(shed);
        Eventually.until(() -> comparison(name + "@2").getInt("compared") + shed() - shed >= requests);
        assertThat(comparison(name + "@2").getInt("compared") + shed() - shed).isEqualTo(requests);
    }

    private static double shed() {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("icm_lora_shadow_inputs_total{") && line.contains("\"shed\""))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .sum();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "every | 0     | 0, outside 1 to 10000",
                "every | 10001 | 10001, outside 1 to 10000",
                "keep  | -1    | -1, outside 0 to 20",
                "keep  | 21    | 21, outside 0 to 20",
                "share | 1     | is not a known field",
            })
    void whatIsOutsideTheLimitsIsRefused(String field, int value, String message) {
        var name = triage();
        define(name, beside(TRIAGE, Map.of(field, value)))
                .statusCode(400)
                .body("errors[0].field", equalTo("/shadow/" + field))
                .body("errors[0].message", containsString(message));
        define(name, with(TRIAGE, "shadow", 2)).statusCode(400).body("errors.field", hasItem("/shadow"));
        given().get("/functions/{name}", name + "@2").then().statusCode(404);
    }
}
