package dev.icmlora.openai;

import static dev.icmlora.function.Requests.BASE;
import static dev.icmlora.function.Requests.PLURALS;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.chatReply;
import static dev.icmlora.function.Requests.completion;
import static dev.icmlora.function.Requests.content;
import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.events;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Functions that clients of OpenAI's interface name as the model.
@QuarkusTest
class FunctionModelTest {

    private static final List<String> LABELS = List.of("immediate", "wait");
    private static final Map<String, Object> TRIAGE =
            Map.of("task", task("How urgent is it?", List.of()), "labels", LABELS);
    private static final Map<String, Object> CAR = Map.of(
            "task",
            task("Describe the car.", List.of()),
            "schema",
            Map.of(
                    "type", "object",
                    "properties", Map.of("colour", Map.of("enum", List.of("red", "green"))),
                    "required", List.of("colour")));
    /// No rule to learn.
    private static final List<Map<String, String>> STRANGE = List.of(
            Map.of("input", "amber", "output", "quartz vole"),
            Map.of("input", "linen", "output", "seven owls"),
            Map.of("input", "copper", "output", "mild thunder"));

    /// Defines a function that nobody has yet.
    private static String function(Map<String, Object> definition) {
        var name = "f" + UUID.randomUUID();
        define(name, definition).statusCode(201);
        return name;
    }

    private static Map<String, Object> calling(String name, String text) {
        return with(chat(text), "model", name);
    }

    private static JsonPath generated(String name, String text) {
        return generate(with(body(Map.of("function", name), text), "mode", "auto"))
                .extract()
                .jsonPath();
    }

    static Stream<Arguments> definitions() {
        return Stream.of(
                Arguments.of("adapter", "church", Map.of("task", task("Write the plural of the word.", List.of()))),
                Arguments.of(
                        "tuned", "church", Map.of("task", task("Make it many.", PLURALS), "tune", Map.of("steps", 1))),
                // That can only be found in the prompt.
                Arguments.of(
                        "adapter_examples",
                        "amber",
                        Map.of("task", task("Give the code word.", STRANGE), "tune", Map.of("when", "never"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("definitions")
    void answersAsGenerateDoesInModeAuto(String served, String input, Map<String, Object> definition) {
        var name = function(definition);
        var expected = generated(name, input);

        assertThat(expected.getString("selection.served")).isEqualTo(served);
        for (var form : List.of(name, name + "@1")) {
            chatReply(calling(form, input))
                    .body("model", equalTo(name + "@1"))
                    .body("choices[0].message.content", equalTo(expected.getString("outputs[0]")));
        }
    }

    @Test
    void aStreamTellsTheAnswerThatCounts() throws Exception {
        var name = function(Map.of("task", task("Give the code word of it.", STRANGE), "tune", Map.of("steps", 1)));
        var expected = generated(name, "amber");

        var told = events("/v1/chat/completions", calling(name, "amber")).stream()
                .filter(event -> !event.equals("[DONE]"))
                .map(piece -> json(piece).at("/choices/0/delta/content").asText(""))
                .collect(Collectors.joining());

        assertThat(expected.getString("selection.served")).isEqualTo("tuned");
        assertThat(told).isEqualTo(expected.getString("outputs[0]"));
    }

    @Test
    void aTaskIsTunedOnceForAllWhoAsk() {
        var name = function(Map.of("task", task("Write it for several.", PLURALS), "tune", Map.of("steps", 1)));

        chatReply(calling(name, "dog")).body("icm_lora.timing_ms.tune", greaterThan(0f));
        chatReply(calling(name, "dog")).body("icm_lora.timing_ms.tune", equalTo(0f));
        generate(with(body(Map.of("function", name), "dog"), "mode", "auto"))
                .body("adapter.cached", equalTo(true))
                .body("selection.served", equalTo("tuned"));
    }

    @Test
    void theAnswerIsOneOfItsLabels() {
        var name = function(TRIAGE);
        var expected = generated(name, "The house is on fire.");

        var reply = chatReply(with(calling(name, "The house is on fire."), "temperature", null))
                .body("choices[0].message.content", equalTo(expected.getString("outputs[0]")))
                .extract()
                .jsonPath();

        assertThat(reply.<String, Object>getMap("icm_lora.probabilities")).containsOnlyKeys("immediate", "wait");
    }

    @Test
    void theAnswerFollowsItsSchema() {
        var name = function(CAR);

        var car = json(content(with(with(calling(name, "A red car"), "temperature", 1.5), "max_tokens", 40)));

        assertThat(car.get("colour").asText()).isIn("red", "green");
    }

    @Test
    void theNameMeansTheNewestVersionAndANumberAlwaysTheSame() {
        var name = function(TRIAGE);
        define(name, with(TRIAGE, "labels", List.of("red", "green"))).statusCode(201);

        chatReply(calling(name, "The house is on fire.")).body("model", equalTo(name + "@2"));
        assertThat(content(calling(name, "The house is on fire."))).isIn("red", "green");
        assertThat(content(calling(name + "@1", "The house is on fire."))).isIn(LABELS);
    }

    @Test
    void everyPieceOfAStreamNamesTheVersion() throws Exception {
        var name = function(Map.of("task", task("Write the plural of the word.", List.of())));

        var pieces = events("/v1/chat/completions", calling(name, "church")).stream()
                .filter(event -> !event.equals("[DONE]"))
                .toList();

        assertThat(pieces)
                .hasSizeGreaterThan(2)
                .allSatisfy(
                        piece -> assertThat(json(piece).get("model").asText()).isEqualTo(name + "@1"));
    }

    @Test
    void aSystemMessageSaysItselfWhatToDo() {
        var name = function(Map.of("task", task("Give the code word.", STRANGE), "tune", Map.of("when", "never")));
        var system = Map.of("role", "system", "content", "You are a poet.");
        var talk = List.of(system, Map.of("role", "user", "content", "hi"));
        var shared = generated(name, "hi").getString("adapter.id");

        // B0's id brings no task.
        assertThat(content(with(calling(name, "hi"), "messages", talk)))
                .isEqualTo(content(with(calling(shared, "hi"), "messages", talk)));
    }

    @Test
    void aTextIsContinuedWithTheAdapter() {
        var name = function(Map.of("task", task("Write the plural of the word.", List.of())));

        post("/v1/completions", with(completion("One, two,"), "model", name))
                .statusCode(200)
                .body("model", equalTo(name + "@1"))
                .body("usage.completion_tokens", greaterThan(0));
    }

    @Test
    void textsKnowNoLabelsAndNoSchema() {
        for (var definition : List.of(TRIAGE, CAR)) {
            post("/v1/completions", with(completion("One, two,"), "model", function(definition)))
                    .statusCode(400)
                    .body("error.param", equalTo("model"))
                    .body("error.message", containsString("which only chats can follow"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "labels          | ['a', 'b']             | labels",
                "response_format | {'type':'json_object'} | response_format",
                "task            | {'description':'x'}    | task",
                "n               | 2                      | n",
                "stop            | 'a'                    | stop",
                "logprobs        | true                   | logprobs",
            })
    void whatDoesNotGoWithTheFunctionIsRefused(String field, String value, String param) {
        post("/v1/chat/completions", with(calling(function(TRIAGE), "x"), field, json(value.replace('\'', '"'))))
                .statusCode(400)
                .body("error.param", equalTo(param));
    }

    @Test
    void whatItLeavesOpenIsTheRequests() {
        var name = function(Map.of("task", task("How urgent is it?", List.of())));

        assertThat(content(with(calling(name, "The house is on fire."), "labels", LABELS)))
                .isIn(LABELS);
        chatReply(with(calling(name, "hi"), "n", 2)).body("choices.index", equalTo(List.of(0, 1)));
    }

    @Test
    void functionsAreListedAmongTheModels() {
        var name = function(TRIAGE);

        given().get("/v1/models").then().body("data.id", hasItem(name)).body("data[0].id", equalTo(BASE));
        for (var form : List.of(name, name + "@1")) {
            given().get("/v1/models/{id}", form).then().statusCode(200).body("id", equalTo(form));
        }
        isUnknown(name + "@2");
        given().delete("/functions/{name}", name).then().statusCode(204);

        isUnknown(name);
        given().get("/v1/models").then().body("data.id", not(hasItem(name)));
    }

    @Test
    void whatIsNoFunctionIsNoModel() {
        for (var name : List.of("urgency@0", "Urgency", "urgency@", "..", "f" + UUID.randomUUID(), "x".repeat(65))) {
            post("/v1/chat/completions", calling(name, "x"))
                    .statusCode(404)
                    .body("error.code", equalTo("model_not_found"))
                    .body("error.message", containsString(name));
        }
    }

    private static void isUnknown(String name) {
        given().get("/v1/models/{id}", name).then().statusCode(404).body("error.code", equalTo("model_not_found"));
        for (var path : List.of("/v1/chat/completions", "/v1/completions")) {
            post(path, with(new HashMap<>(calling(name, "x")), "prompt", "x"))
                    .statusCode(404)
                    .body("error.code", equalTo("model_not_found"))
                    .body("error.param", nullValue());
        }
    }

    @Test
    void aFunctionEmbedsNothing() {
        post("/v1/embeddings", Map.of("model", function(TRIAGE), "input", "x"))
                .statusCode(404)
                .body("error.code", equalTo("model_not_found"));
    }
}
