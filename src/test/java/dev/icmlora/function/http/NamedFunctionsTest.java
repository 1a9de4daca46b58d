package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.chatReply;
import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.in;
import static org.hamcrest.Matchers.nullValue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.TestBucket;

/// Functions that are defined under a name, and requests that name one.
@QuarkusTest
class NamedFunctionsTest {

    private static final Path BUCKET = TestBucket.FOLDER.resolve("functions/shared");
    private static final List<String> LABELS = List.of("immediate", "wait");
    private static final Map<String, Object> TRIAGE =
            with(Map.of("task", task("How urgent is it?", List.of())), "labels", LABELS);

    /// Nobody has it yet.
    private static String name() {
        return "f" + UUID.randomUUID();
    }

    private static ValidatableResponse get(String name) {
        return given().get("/functions/{name}", name).then();
    }

    private static Map<String, Object> calling(String name, String... inputs) {
        return with(body(Map.of("function", name), inputs), "mode", "plain");
    }

    private static void isUnknown(ValidatableResponse reply, String name) {
        reply.statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:icm-lora:problem:unknown-function"))
                .body("detail", containsString(name));
    }

    @Test
    void aDefinitionIsDescribedAsItWasSent() {
        var name = name();
        var definition = new HashMap<String, Object>(TRIAGE);
        definition.put("task", task("Which is it?", List.of(Map.of("input", "smoke ☁", "output", "immediate"))));
        definition.put("tune", Map.of("steps", 2, "when", "background"));

        define(name, definition)
                .statusCode(201)
                .header("Location", "/functions/" + name + "@1")
                .body("version", equalTo(1));

        for (var form : List.of(name, name + "@1")) {
            get(form)
                    .statusCode(200)
                    .body("name", equalTo(name))
                    .body("version", equalTo(1))
                    .body("task", equalTo(definition.get("task")))
                    .body("labels", equalTo(LABELS))
                    .body("tune.steps", equalTo(2))
                    .body("tune.when", equalTo("background"))
                    .body("schema", nullValue());
        }
    }

    @Test
    void theNameMeansTheNewestVersionAndANumberAlwaysTheSame() {
        var name = name();
        define(name, TRIAGE).statusCode(201).body("version", equalTo(1));
        define(name, TRIAGE).statusCode(200).body("version", equalTo(1));
        define(name, with(TRIAGE, "labels", List.of("red", "green")))
                .statusCode(201)
                .body("version", equalTo(2));

        generate(calling(name, "The house is on fire."))
                .body("function", equalTo(name + "@2"))
                .body("outputs", everyItem(in(List.of("red", "green"))));
        generate(calling(name + "@1", "The house is on fire."))
                .body("function", equalTo(name + "@1"))
                .body("outputs", everyItem(in(LABELS)));
        given().get("/functions")
                .then()
                .statusCode(200)
                .body("functions.find { it.name == '%s' }.newest".formatted(name), equalTo(2))
                .body("functions.find { it.name == '%s' }.versions".formatted(name), equalTo(List.of(1, 2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "adapter", "tuned", "auto"})
    void answersAsTheSameRequestWithoutAName(String mode) {
        var name = name();
        var tune = Map.of("steps", 1);
        var schema = Map.of("type", "string", "maxLength", 12);
        var definition = new HashMap<String, Object>(Map.of("task", plurals(), "schema", schema, "tune", tune));
        define(name, definition).statusCode(201);
        var whole = with(with(body(plurals(), "dog", "knife"), "mode", mode), "schema", schema);
        if (mode.equals("tuned") || mode.equals("auto")) {
            whole = with(whole, "tune", tune);
        }

        var expected = generate(whole).body("function", nullValue()).extract().jsonPath();
        var reply = generate(with(calling(name, "dog", "knife"), "mode", mode))
                .extract()
                .jsonPath();

        for (var field : List.of("outputs", "adapter.id", "selection.served", "tuning.steps")) {
            assertThat(reply.<Object>get(field)).as(field).isEqualTo(expected.get(field));
        }
    }

    @Test
    void everyDoorThatTakesATaskTakesAName() {
        var name = name();
        define(name, Map.of("task", plurals(), "tune", Map.of("steps", 1))).statusCode(201);
        var named = Map.of("function", name + "@1");

        var id = post("/adapter", Map.of("task", plurals())).extract().<String>path("id");
        post("/adapter", Map.of("task", named)).statusCode(200).body("id", equalTo(id));
        var tuned = post("/adapter", Map.of("task", named, "tune", Map.of()))
                .statusCode(200)
                .body("tuning.steps", equalTo(1))
                .extract()
                .<String>path("id");
        generate(with(calling(name, "dog"), "mode", "tuned"))
                .body("adapter.id", equalTo(tuned))
                .body("adapter.cached", equalTo(true));
        chatReply(with(chat("dog"), "task", named)).body("model", equalTo(id));
        post("/adapters/blend", Map.of("adapters", List.of(Map.of("id", id, "weight", 0.5)), "task", named))
                .statusCode(201);
        var nobodys = Map.of("function", name + "@2");
        isUnknown(post("/adapter", Map.of("task", nobodys)), name + "@2");
        isUnknown(
                post("/adapters/blend", Map.of("adapters", List.of(Map.of("id", id, "weight", 0.25)), "task", nobodys)),
                name + "@2");
        post("/v1/chat/completions", with(chat("dog"), "task", nobodys))
                .statusCode(404)
                .body("error.code", equalTo("unknown_function"));
    }

    @Test
    void aDeletedVersionIsGoneAndItsNumberIsNotGivenAgain() {
        var name = name();
        for (var label : List.of("a", "b", "c")) {
            define(name, with(TRIAGE, "labels", List.of(label, "other"))).statusCode(201);
        }

        given().delete("/functions/{name}", name + "@3").then().statusCode(204);

        isUnknown(given().delete("/functions/{name}", name + "@3").then(), name + "@3");
        isUnknown(get(name + "@3"), name + "@3");
        isUnknown(post("/generate", calling(name + "@3", "x")), name + "@3");
        get(name).statusCode(200).body("version", equalTo(2));
        define(name, TRIAGE).statusCode(201).body("version", equalTo(4));

        given().delete("/functions/{name}", name).then().statusCode(204);

        isUnknown(given().delete("/functions/{name}", name).then(), name);
        isUnknown(post("/generate", calling(name, "x")), name);
        given().get("/functions")
                .then()
                .body("functions.findAll { it.name == '%s' }".formatted(name), equalTo(List.of()));
        define(name, TRIAGE).statusCode(201).body("version", equalTo(5));
    }

    @Test
    void whoDefineAtOnceLoseNothing() throws Exception {
        var name = name();
        var work = IntStream.range(0, 12)
                .<Callable<Integer>>mapToObj(i ->
                        () -> define(name, with(TRIAGE, "labels", List.of("label " + i, "other")))
                                .statusCode(201)
                                .extract()
                                .path("version"))
                .toList();
        var versions = new ArrayList<Integer>();
        try (var clients = Executors.newFixedThreadPool(work.size())) {
            for (var defined : clients.invokeAll(work)) {
                versions.add(defined.get());
            }
        }

        assertThat(versions)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 12).boxed().toList());
        var labels = versions.stream()
                .map(version -> get(name + "@" + version).extract().<String>path("labels[0]"))
                .toList();
        assertThat(labels).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "urgency@",
                "urgency@0",
                "urgency@01",
                "urgency@-1",
                "urgency@1234567890",
                "urgency@1@2",
                "urgency@newest",
                "1st",
                "-f",
                "ürgency",
                "a.b",
                "..",
                "a b",
                "a%2Fb",
                "a\u0000",
                "a\n",
                "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void whatIsNoNameIsRefused(String name) {
        post("/generate", calling(name, "x"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/task/function"))
                .body("errors[0].limit", containsString("[a-z]"))
                .body("errors[0].value", equalTo(name));
        if (name.equals("..")) {
            // That is another path.
            return;
        }
        for (var reply :
                List.of(get(name), given().delete("/functions/{name}", name).then(), define(name, TRIAGE))) {
            reply.statusCode(400)
                    .body("errors[0].field", equalTo("name"))
                    .body("errors[0].limit", containsString("[a-z]"))
                    .body("errors[0].value", equalTo(name));
        }
    }

    @Test
    void theFunctionCountsTheVersions() {
        define(name() + "@1", TRIAGE)
                .statusCode(400)
                .body("errors[0].field", equalTo("name"))
                .body("errors[0].message", containsString("must have no version"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badDefinitions")
    void aDefinitionThatNoRequestCouldUseIsRefused(String field, String message, Map<String, Object> definition) {
        var name = name();
        define(name, definition)
                .statusCode(400)
                .body("type", equalTo("urn:icm-lora:problem:invalid-request"))
                .body("errors.field", hasItem(field))
                .body("errors.message", hasItem(containsString(message)));
        isUnknown(get(name), name);
    }

    static Stream<Arguments> badDefinitions() {
        return Stream.of(
                Arguments.of("/task", "is missing", Map.of()),
                Arguments.of("/task", "description, examples", with(TRIAGE, "task", Map.of())),
                Arguments.of(
                        "/task/description",
                        "2001 characters",
                        with(TRIAGE, "task", task("x".repeat(2001), List.of()))),
                Arguments.of("/task/function", "has a task of its own", with(TRIAGE, "task", Map.of("function", "f"))),
                Arguments.of("/labels", "fewer than the 2", with(TRIAGE, "labels", List.of("one"))),
                Arguments.of("/labels/1", "is the same as /labels/0", with(TRIAGE, "labels", List.of("one", "one"))),
                Arguments.of("/schema", "beside /labels", with(TRIAGE, "schema", Map.of("type", "string"))),
                Arguments.of("/schema/type", "", Map.of("task", plurals(), "schema", Map.of("type", "colour"))),
                Arguments.of("/tune/steps", "outside 1 to 100", with(TRIAGE, "tune", Map.of("steps", 101))),
                Arguments.of("/inputs", "is not a known field", with(TRIAGE, "inputs", List.of("x"))),
                Arguments.of("/mode", "is not a known field", with(TRIAGE, "mode", "plain")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"labels", "tune"})
    void whatAFunctionSaysIsNotSaidAgain(String field) {
        var name = name();
        define(name, with(TRIAGE, "tune", Map.of("steps", 1))).statusCode(201);
        var value = field.equals("labels") ? LABELS : Map.of("steps", 2);

        post("/generate", with(with(calling(name, "x"), "mode", "auto"), field, value))
                .statusCode(400)
                .body("errors[0].field", equalTo("/" + field))
                .body("errors[0].message", containsString("beside a function that has its own"));
    }

    @Test
    void whatItLeavesOpenIsTheRequests() {
        var name = name();
        define(name, Map.of("task", task("How urgent is it?", List.of()))).statusCode(201);

        generate(with(calling(name, "The house is on fire."), "labels", LABELS)).body("outputs", everyItem(in(LABELS)));
    }

    @Test
    void aNameStandsAlone() {
        Map<String, Object> both = Map.of("function", "urgency", "description", "How urgent is it?");
        post("/generate", with(body(both, "x"), "mode", "plain"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/task/function"));
        post("/generate", with(body(with(Map.of("function", "urgency"), "examples", PLURALS), "x"), "mode", "plain"))
                .statusCode(400)
                .body("errors[0].field", equalTo("/task/function"));
    }

    @Test
    void aDamagedFileIsNoFunctionTellsNothingAndIsMendedByTheNextVersion() throws Exception {
        var name = name();
        define(name, TRIAGE).statusCode(201);
        try (var files = Files.list(BUCKET.resolve(name))) {
            for (var file : files.toList()) {
                Files.writeString(file, "{\"task\": {\"description\": \"secret");
            }
        }

        post("/generate", calling(name, "x"))
                .statusCode(503)
                .body("type", equalTo("urn:icm-lora:problem:storage-unavailable"))
                .body("detail", equalTo("The storage does not answer"));
        define(name, TRIAGE).statusCode(201).body("version", equalTo(2));
        generate(calling(name, "x")).body("function", equalTo(name + "@2"));
    }
}
