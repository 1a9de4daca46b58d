package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.function.Requests;

/// The description of the interface against the interface: `DescriptionTest` says that nothing is missing in it.
@QuarkusTest
class OpenApiTest {

    /// No example could name an id that is known; UploadTest sends it real ones.
    private static final String NEEDS_ADAPTERS = "POST /adapters/blend";

    private static JsonNode description() throws IOException {
        var json = given().get("/openapi.json").then().statusCode(200).extract().asString();
        return new ObjectMapper().readTree(json);
    }

    @Test
    void everyReferenceLeadsSomewhere() throws IOException {
        var description = description();

        assertThat(description.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                description.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void everyExampleIsAnsweredAsDescribed() throws IOException {
        var description = description();
        var answered = new ArrayList<String>();
        for (var operation : operations(description).toList()) {
            var content = operation.node().at("/requestBody/content/application~1json");
            for (var example : content.path("examples").properties()) {
                var response = given().contentType(ContentType.JSON)
                        .body(example.getValue().get("value").toString())
                        .request(operation.method(), operation.path().replace("{name}", "described"));
                var hasReply = operation.node().at("/responses").has("200");
                var taken = operation.node().at("/responses").has("202") ? 202 : 204;
                assertThat(response.statusCode())
                        .as("%s %s: %s", operation.name(), example.getKey(), response.asString())
                        .isIn(hasReply ? List.of(200, 201) : List.of(taken));
                answered.add(operation.path());
                if (!hasReply) {
                    continue;
                }
                var schema = operation.node().at("/responses/200/content/application~1json/schema");
                conforms(description, schema, new ObjectMapper().readTree(response.asString()), operation.name());
            }
            assertThat(content.isMissingNode()
                            || !content.path("examples").isEmpty()
                            || NEEDS_ADAPTERS.equals(operation.name()))
                    .as(operation.name() + " has an example")
                    .isTrue();
        }
        assertThat(answered).hasSizeGreaterThanOrEqualTo(10);
    }

    /// In each type that it is said to take, so that no rule on types hides what reads it.
    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongBodies")
    void noOperationFailsOverABody(String what, String body) throws Exception {
        for (var operation : operations(description()).toList()) {
            var content = operation.node().at("/requestBody/content");
            for (var type : content.isMissingNode() ? Set.of("application/json") : names(content)) {
                var response = Requests.withLongBody(() -> given().config(Requests.unprinted())
                        .contentType(type)
                        .body(body.getBytes(UTF_8))
                        .request(operation.method(), operation.path().replaceAll("[{]\\w+}", "unheard-of")));

                assertThat(response.statusCode())
                        .as("%s of %s as %s: %s", operation.name(), what, type, response.asString())
                        .isBetween(content.isMissingNode() ? 200 : 400, 499);
            }
        }
    }

    private static Stream<Arguments> wrongBodies() {
        return Stream.of(
                Arguments.of("nothing", ""),
                Arguments.of("half an object", "{"),
                Arguments.of("an array", "[]"),
                Arguments.of("null", "null"),
                Arguments.of("fields of wrong types", """
                        {"task": 1, "inputs": 2, "adapters": 3, "model": [], "messages": 4, "prompt": {}, "input": {}, \
                        "message": 5, "specversion": 6, "Records": 7}"""),
                Arguments.of("more than a megabyte", "{\"task\": \"" + "x".repeat(1 << 20) + "\"}"));
    }

    private static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void whatIsOnlyReadLooksAsDescribed() throws IOException {
        var description = description();
        for (var path : List.of(
                "/v1/models",
                "/functions",
                "/jobs",
                "/events",
                "/q/health/live",
                "/q/health/ready",
                "/q/health/started")) {
            var schema = description.at("/paths/" + path.replace("/", "~1") + "/get/responses/200");
            if (schema.has("$ref")) {
                schema = description.at(schema.get("$ref").asText().substring(1));
            }
            var reply = given().get(path).then().statusCode(200).extract().asString();
            conforms(
                    description,
                    schema.at("/content/application~1json/schema"),
                    new ObjectMapper().readTree(reply),
                    path);
        }
    }

    /// Types and required fields; enough to notice a reply that went another way than its description.
    private static void conforms(JsonNode description, JsonNode schema, JsonNode value, String at) {
        if (schema.has("$ref")) {
            conforms(description, description.at(schema.get("$ref").asText().substring(1)), value, at);
            return;
        }
        if (schema.has("const")) {
            assertThat(value).as(at).isEqualTo(schema.get("const"));
        }
        if (schema.has("enum")) {
            assertThat(schema.get("enum")).as(at).contains(value);
        }
        var type = schema.path("type");
        if (type.isTextual()) {
            assertThat(isOf(type.textValue(), value))
                    .as("%s is %s: %s", at, type, value)
                    .isTrue();
        }
        schema.path("required")
                .forEach(name -> assertThat(value.has(name.asText()))
                        .as(at + "/" + name.asText())
                        .isTrue());
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (value.has(property.getKey())) {
                conforms(description, property.getValue(), value.get(property.getKey()), at + "/" + property.getKey());
            }
        }
        if (schema.has("items") && value.isArray()) {
            value.forEach(item -> conforms(description, schema.get("items"), item, at + "/items"));
        }
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> value.isNull();
        };
    }

    private record Operation(String method, String path, JsonNode node) {
        String name() {
            return method.toUpperCase(Locale.ROOT) + " " + path;
        }
    }

    private static Stream<Operation> operations(JsonNode description) {
        return description.get("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(operation -> new Operation(operation.getKey(), path.getKey(), operation.getValue())));
    }
}
