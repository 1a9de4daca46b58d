package dev.icmlora.mcp;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;

import java.lang.reflect.RecordComponent;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.GenerateRequest;

/// What agents get from `/mcp`, in the revisions of the protocol with and without a handshake.
@QuarkusTest
class McpTest {

    private static final Agent AGENT = Agent.speaking(Agent.MODERN);
    private static final List<String> LABELS = List.of("immediate", "wait");

    /// Nobody has it yet.
    private static String name() {
        return "f" + UUID.randomUUID();
    }

    private static Map<String, Object> triage(String name) {
        return Map.of("name", name, "task", task("How urgent is it?", List.of()), "labels", LABELS);
    }

    private static Map<String, Object> running(String name, String... inputs) {
        return Map.of("function", name, "inputs", List.of(inputs), "mode", "plain");
    }

    private static ValidatableResponse post(Object body, Map<String, String> headers) {
        return given().contentType(ContentType.JSON)
                .headers(headers)
                .body(body)
                .post(Agent.PATH)
                .then();
    }

    @ParameterizedTest
    @CsvSource({
        "2025-03-26, 2025-03-26",
        "2025-06-18, 2025-06-18",
        "2025-11-25, 2025-11-25",
        "2024-11-05, 2025-11-25",
        "2026-07-28, 2025-11-25",
        "2099-01-01, 2025-11-25"
    })
    void aHandshakeAgreesOnARevision(String requested, String agreed) {
        var params = Map.of(
                "protocolVersion",
                requested,
                "capabilities",
                Map.of(),
                "clientInfo",
                Map.of("name", "test", "version", "1"));
        post(Agent.message("initialize", params), Map.of())
                .statusCode(200)
                .body("result.protocolVersion", equalTo(agreed))
                .body("result.serverInfo.name", equalTo("icm-lora"))
                .body("result.capabilities.tools", equalTo(Map.of()))
                .body("result.instructions", containsString("list_functions"));
        post(Map.of("jsonrpc", "2.0", "method", "notifications/initialized"), Map.of("MCP-Protocol-Version", agreed))
                .statusCode(202)
                .body(equalTo(""));
    }

    @Test
    void aClientWithoutAHandshakeAsksWhatThereIs() {
        var result = AGENT.result("server/discover", Map.of());

        assertThat(result.getList("supportedVersions", String.class))
                .containsExactly("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26");
        assertThat(result.getMap("capabilities")).containsOnlyKeys("tools");
        assertThat(result.getMap("_meta['io.modelcontextprotocol/serverInfo']")).containsEntry("name", "icm-lora");
        assertThat(result.getString("cacheScope")).isEqualTo("public");
    }

    @ParameterizedTest
    @ValueSource(strings = {Agent.MODERN, Agent.LEGACY})
    void theToolsAreListedWithWhatTheyTake(String revision) {
        var result = Agent.speaking(revision).result("tools/list", Map.of());

        assertThat(result.getList("tools.name"))
                .isEqualTo(List.of("run_function", "list_functions", "define_function", "correct_function", "decide"));
        assertThat(result.getMap("tools[0].inputSchema.properties").keySet())
                .isEqualTo(fields(GenerateRequest.class, Set.of("task", "adapter"), "function"));
        assertThat(result.getMap("tools[2].inputSchema.properties").keySet())
                .isEqualTo(fields(FunctionDefinition.class, Set.of(), "name"));
        assertThat(result.getList("tools.annotations.readOnlyHint")).isEqualTo(List.of(true, true, false, false, true));
    }

    private static Set<String> fields(Class<?> body, Set<String> without, String more) {
        var names = new SnakeCaseStrategy();
        return Stream.concat(
                        Stream.of(body.getRecordComponents())
                                .map(RecordComponent::getName)
                                .map(names::translate)
                                .filter(name -> !without.contains(name)),
                        Stream.of(more))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {Agent.MODERN, Agent.LEGACY})
    void aFunctionIsDefinedListedAndRun(String revision) {
        var agent = Agent.speaking(revision);
        var name = name();

        assertThat(agent.call("define_function", triage(name)).getInt("version"))
                .isEqualTo(1);
        assertThat(agent.call("define_function", triage(name)).getInt("version"))
                .isEqualTo(1);

        assertThat(agent.call("list_functions", Map.of())
                        .getInt("functions.find { it.name == '%s' }.newest".formatted(name)))
                .isEqualTo(1);
        var reply = agent.call("run_function", running(name, "The house is on fire.", "I want a new chair."));
        assertThat(reply.getString("function")).isEqualTo(name + "@1");
        assertThat(reply.getList("outputs", String.class)).hasSize(2).isSubsetOf(LABELS);
        assertThat(reply.getDouble("details[0].confidence")).isBetween(0.0, 1.0);
    }

    @Test
    void decisionsAreThoseOfTheirRoute() {
        var team = Map.of(
                "type",
                "choice",
                "instructions",
                "Which team answers it?",
                "criteria",
                Map.of("billing", "Payments and refunds", "technical", "The app"),
                "examples",
                List.of(
                        Map.of("state", "Where is my money?", "answer", "billing"),
                        Map.of("state", "The page stays white.", "answer", "technical")));
        var angry = Map.of("type", "noul", "instructions", "Is the customer angry?");
        Map<String, Object> asked = Map.of(
                "state", Map.of("message", "I was charged twice."), "questions", Map.of("team", team, "angry", angry));

        var reply = AGENT.call("decide", asked);

        assertThat(reply.getString("answers.team.choice")).isIn("billing", "technical");
        assertThat(reply.getDouble("answers.team.probabilities.billing")).isBetween(0.0, 1.0);
        var expected = given().contentType(ContentType.JSON)
                .body(with(asked, "model", "any"))
                .post("/v1/systemone")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(reply.getMap("answers.team").keySet())
                .isEqualTo(expected.getMap("answers.team").keySet());
        // Not to the last digit: the state is in the prefix cache by now, which moves the rounding.
        assertThat(reply.getDouble("answers.angry.noul"))
                .isCloseTo(expected.getDouble("answers.angry.noul"), within(0.05));
    }

    @Test
    void itIsTheFunctionOfTheOtherRoutes() {
        var name = name();
        given().contentType(ContentType.JSON)
                .body(Map.of("task", plurals()))
                .put("/functions/{name}", name)
                .then()
                .statusCode(201);
        var expected = generate(body(Map.of("function", name), "dog", "knife"))
                .extract()
                .jsonPath();

        var reply = AGENT.call(
                "run_function",
                Map.of("function", name, "inputs", List.of("dog", "knife"), "mode", "adapter", "max_tokens", 8));

        for (var field : List.of("function", "outputs", "adapter.id", "selection.served", "usage.completion_tokens")) {
            assertThat(reply.<Object>get(field)).as(field).isEqualTo(expected.get(field));
        }
        var correction = Map.of("id", reply.getString("ids[1]"), "input", "knife", "output", "knives");
        assertThat(AGENT.call("correct_function", Map.of("name", name, "corrections", List.of(correction)))
                        .getInt("added"))
                .isOne();
        given().get(
                        "/functions/{name}",
                        AGENT.call("define_function", triage(name)).getString("name"))
                .then()
                .statusCode(200)
                .body("version", equalTo(2))
                .body("labels", equalTo(LABELS));
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @MethodSource("wrongArguments")
    void aToolSaysWhatIsWrong(String tool, String field, String message, Map<String, Object> arguments) {
        var problem = AGENT.refused(tool, arguments);

        assertThat(problem.getInt("status")).isEqualTo(400);
        assertThat(problem.getString("type")).isEqualTo("urn:icm-lora:problem:invalid-request");
        assertThat(problem.getList("errors.field", String.class)).contains(field);
        assertThat(problem.getList("errors.message", String.class)).anyMatch(text -> text.contains(message));
    }

    static Stream<Arguments> wrongArguments() {
        var define = "define_function";
        var run = "run_function";
        var triage = triage("urgency");
        var correct = "correct_function";
        Map<String, Object> corrections =
                Map.of("name", "urgency", "corrections", List.of(Map.of("input", "x", "right?", "y")));
        var decide = "decide";
        var running = running("urgency", "x");
        Map<String, Object> asked = Map.of(
                "state", "Fire!", "questions", Map.of("urgent", Map.of("type", "noul", "instructions", "Is it?")));
        return Stream.of(
                Arguments.of(define, "/name", "is no function's name", without(triage, "name")),
                Arguments.of(define, "/name", "is no function's name", with(triage, "name", "Urgency")),
                Arguments.of(define, "/name", "is no function's name", with(triage, "name", true)),
                Arguments.of(define, "name", "must have no version", with(triage, "name", "urgency@1")),
                Arguments.of(define, "/task", "is missing", without(triage, "task")),
                Arguments.of(define, "/task", "must be an object", with(triage, "task", "How urgent is it?")),
                Arguments.of(
                        define,
                        "/task/description",
                        "2001 characters, more than the limit of 2000",
                        with(triage, "task", task("x".repeat(2001), List.of()))),
                Arguments.of(define, "/labels", "fewer than the 2", with(triage, "labels", List.of("one"))),
                Arguments.of(define, "/labels/0", "must be a string", with(triage, "labels", List.of(1, 2))),
                Arguments.of(define, "/tune/when", "one of now", with(triage, "tune", Map.of("when", "later"))),
                Arguments.of(define, "/inputs", "is not a known field", with(triage, "inputs", List.of("x"))),
                Arguments.of(run, "/function", "is no function's name", without(running, "function")),
                Arguments.of(run, "/function", "is no function's name", with(running, "function", "a b")),
                Arguments.of(run, "/task", "must not be given", with(running, "task", plurals())),
                Arguments.of(run, "/inputs", "must not be empty", without(running, "inputs")),
                Arguments.of(run, "/inputs", "must be an array", with(running, "inputs", "x")),
                Arguments.of(run, "/max_tokens", "is 0, outside 1 to 4095", with(running, "max_tokens", 0)),
                Arguments.of(run, "/max_tokens", "32-bit integer", with(running, "max_tokens", "12")),
                Arguments.of(run, "/max_tokens", "99999999999", with(running, "max_tokens", 99_999_999_999L)),
                Arguments.of(run, "/mode", "one of auto", with(running, "mode", "best")),
                Arguments.of(run, "/words", "is not a known field", with(running, "words", 3)),
                Arguments.of("list_functions", "", "must be empty", Map.of("name", "urgency")),
                Arguments.of(
                        correct,
                        "/name",
                        "is no function's name",
                        Map.of("name", "Urgency", "corrections", List.of(Map.of("input", "x")))),
                Arguments.of(correct, "/corrections", "must be an array", with(corrections, "corrections", "x")),
                Arguments.of(correct, "/corrections/0/right?", "is not a known field", corrections),
                Arguments.of(correct, "/more", "is not a known field", with(corrections, "more", 1)),
                Arguments.of(decide, "/state", "is missing", without(asked, "state")),
                Arguments.of(decide, "/state", "must be a text", with(asked, "state", 1)),
                Arguments.of(decide, "/questions", "fewer than the 1", with(asked, "questions", Map.of())),
                Arguments.of(decide, "/questions", "must be an object", with(asked, "questions", List.of())),
                Arguments.of(
                        decide,
                        "/questions/team/criteria",
                        "fewer than the 2",
                        with(
                                asked,
                                "questions",
                                Map.of("team", Map.of("type", "choice", "criteria", Map.of("a", "b"))))),
                Arguments.of(decide, "/model", "is not a known field", with(asked, "model", "any")));
    }

    private static Map<String, Object> without(Map<String, Object> arguments, String field) {
        var fewer = new HashMap<>(arguments);
        fewer.remove(field);
        return fewer;
    }

    @Test
    void limitAndValueAreThere() {
        var problem = AGENT.refused("run_function", with(running("urgency", "x"), "max_tokens", 4096));

        assertThat(problem.getInt("errors[0].limit")).isEqualTo(4095);
        assertThat(problem.getInt("errors[0].value")).isEqualTo(4096);
    }

    @Test
    void manyLevelsBelowALongNameAreRefusedInBrief() {
        var question = Map.of("type", "score", "criteria", Collections.nCopies(100_000, ""));
        var arguments = Map.of("state", "x", "questions", Map.of("n".repeat(49_000), question));

        var reply = AGENT.send("tools/call", Map.of("name", "decide", "arguments", arguments))
                .body("result.structuredContent.errors.field", hasItem("/questions"))
                .extract();

        assertThat(reply.asString()).hasSizeLessThan(10_000);
    }

    @Test
    void aFunctionThatIsNotThereIsUnknown() {
        var problem = AGENT.refused("run_function", running("nobodys@3", "x"));

        assertThat(problem.getInt("status")).isEqualTo(404);
        assertThat(problem.getString("type")).isEqualTo("urn:icm-lora:problem:unknown-function");
        assertThat(problem.getString("detail")).contains("nobodys@3");
    }

    @Test
    void halfOfASurrogatePairIsRefusedAndNotStumbledOver() {
        var message = """
                {"jsonrpc": "2.0", "id": "\\ud800", "method": "tools/call", "params": {"name": "define_function",
                 "arguments": {"name": "half", "task": {"description": "\\ud800"}}}}""";
        post(message, Map.of())
                .statusCode(200)
                .body("result.isError", equalTo(true))
                .body("result.structuredContent.errors.field", hasItem("/task/description"));
        post("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"\\udc00\"}", Map.of())
                .statusCode(200)
                .body("error.code", equalTo(-32601));
    }

    @Test
    void aMethodThatIsNotThereIsAnError() {
        for (var method : List.of("prompts/list", "resources/read", "subscriptions/listen", "no/such")) {
            AGENT.send(method, Map.of())
                    .statusCode(404)
                    .body("error.code", equalTo(-32601))
                    .body("error.message", containsString(method))
                    .body("id", equalTo(7));
            Agent.speaking(Agent.LEGACY)
                    .send(method, Map.of())
                    .statusCode(200)
                    .body("error.code", equalTo(-32601))
                    .body("result", nullValue());
        }
        assertThat(AGENT.result("ping", Map.of()).getString("resultType")).isEqualTo("complete");
    }

    @Test
    void aToolThatIsNotThereIsAnError() {
        AGENT.send("tools/call", Map.of("name", "delete_everything"))
                .statusCode(200)
                .body("error.code", equalTo(-32602))
                .body("error.message", containsString("run_function, list_functions, define_function"));
        AGENT.send("tools/call", Map.of("name", "list_functions", "arguments", List.of()))
                .statusCode(200)
                .body("error.code", equalTo(-32602))
                .body("error.message", containsString("/params/arguments"));
        AGENT.call("list_functions", Map.of());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mismatches")
    void headersSayWhatTheBodySays(String what, Map<String, String> headers, int code) {
        var params = Map.of("name", "list_functions", "_meta", Agent.meta(Agent.MODERN));
        post(Agent.message("tools/call", params), headers)
                .statusCode(400)
                .body("error.code", equalTo(code))
                .body("id", equalTo(7));
    }

    static Stream<Arguments> mismatches() {
        var right =
                Map.of("MCP-Protocol-Version", Agent.MODERN, "Mcp-Method", "tools/call", "Mcp-Name", "list_functions");
        return Stream.of(
                Arguments.of("no version", header(right, "MCP-Protocol-Version", null), -32020),
                Arguments.of("another version", header(right, "MCP-Protocol-Version", Agent.LEGACY), -32020),
                Arguments.of("no method", header(right, "Mcp-Method", null), -32020),
                Arguments.of("another method", header(right, "Mcp-Method", "tools/list"), -32020),
                Arguments.of("no name", header(right, "Mcp-Name", null), -32020),
                Arguments.of("another name", header(right, "Mcp-Name", "run_function"), -32020),
                Arguments.of("a name that is no Base64", header(right, "Mcp-Name", "=?base64?!?="), -32020));
    }

    private static Map<String, String> header(Map<String, String> headers, String name, String value) {
        var others = new HashMap<>(headers);
        others.remove(name);
        if (value != null) {
            others.put(name, value);
        }
        return others;
    }

    @Test
    void aHeaderMayBeEncoded() {
        var params = Map.of("name", "list_functions", "_meta", Agent.meta(Agent.MODERN));
        var headers = Map.of(
                "MCP-Protocol-Version",
                Agent.MODERN,
                "Mcp-Method",
                "tools/call",
                "Mcp-Name",
                "=?base64?bGlzdF9mdW5jdGlvbnM=?=");
        post(Agent.message("tools/call", params), headers).statusCode(200).body("result.isError", equalTo(false));
    }

    @Test
    void aRevisionThatIsNotSpokenIsNamedWithThoseThatAre() {
        var supported = hasItems("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26");
        Agent.speaking("1999-01-01")
                .send("tools/list", Map.of())
                .statusCode(400)
                .body("error.code", equalTo(-32022))
                .body("error.data.requested", equalTo("1999-01-01"))
                .body("error.data.supported", supported);
        var params = Map.<String, Object>of("_meta", Agent.meta("1999-01-01"));
        post(Agent.message("tools/list", params), Map.of("MCP-Protocol-Version", "1999-01-01"))
                .statusCode(400)
                .body("error.code", equalTo(-32022))
                .body("error.data.supported", supported);
    }

    @Test
    void whatEachRequestHasToSayIsAskedFor() {
        var headers = Map.of("MCP-Protocol-Version", Agent.MODERN, "Mcp-Method", "tools/list");
        post(Agent.message("tools/list", Map.of()), headers)
                .statusCode(400)
                .body("error.code", equalTo(-32602))
                .body("error.message", containsString("io.modelcontextprotocol/protocolVersion"));
        var meta = without(Agent.meta(Agent.MODERN), "io.modelcontextprotocol/clientCapabilities");
        post(Agent.message("tools/list", Map.of("_meta", meta)), headers)
                .statusCode(400)
                .body("error.code", equalTo(-32602))
                .body("error.message", containsString("io.modelcontextprotocol/clientCapabilities"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''        | [{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}]",
                "''        | {\"jsonrpc\": \"2.0\",",
                "''        | \"ping\"",
                "/jsonrpc  | {\"id\": 1, \"method\": \"ping\"}",
                "/jsonrpc  | {\"jsonrpc\": 2.0, \"id\": 1, \"method\": \"ping\"}",
                "/method   | {\"jsonrpc\": \"2.0\", \"id\": 1}",
                "/method   | {\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": {}}",
                "/method   | {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": 1}",
                "/id       | {\"jsonrpc\": \"2.0\", \"id\": null, \"method\": \"ping\"}",
                "/id       | {\"jsonrpc\": \"2.0\", \"id\": {}, \"method\": \"ping\"}",
                "/params   | {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\", \"params\": []}"
            })
    void whatIsNoMessageIsAProblem(String field, String body) {
        post(body, Map.of())
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors.field", hasItem(field));
    }

    @Test
    void aMessageIsJson() {
        given().contentType("text/plain")
                .body("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"ping\"}")
                .post(Agent.PATH)
                .then()
                .statusCode(415);
    }

    /// There is no stream that waits for a server with something to say, and no session to end.
    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE", "PUT"})
    void messagesArePosted(String method) {
        given().request(method, Agent.PATH).then().statusCode(405).header("Allow", equalTo("POST"));
    }
}
