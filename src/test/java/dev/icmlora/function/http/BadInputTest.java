package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.BASE;
import static dev.icmlora.function.Requests.ENCODER;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static dev.icmlora.function.Requests.withLongBody;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonParseException;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Requests;

/// Whatever a client sends wrong comes back as a problem that names field, limit and value.
@QuarkusTest
class BadInputTest {

    private static final int TOO_LONG = 2001;
    private static final String MANY_WORDS = "a ".repeat(33).strip();

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("broken")
    void namesTheField(String field, String message, Map<String, Object> body) {
        isProblem(post("/generate", body), 400)
                .body("type", equalTo("urn:icm-lora:problem:invalid-request"))
                .body("errors.field", hasItem(field))
                .body("errors.message", hasItem(containsString(message)));
    }

    static Stream<Arguments> broken() {
        var longText = "é".repeat(TOO_LONG);
        var inputs = Collections.nCopies(257, "x").toArray(String[]::new);
        return Stream.of(
                Arguments.of("/task", "is missing", with(valid(), "task", null)),
                Arguments.of("/task", "description, examples", with(valid(), "task", Map.of())),
                Arguments.of("/task", "description, examples", with(valid(), "task", task(" \n", List.of()))),
                Arguments.of("/task/description", "2001 characters", with(valid(), "task", task(longText, List.of()))),
                Arguments.of("/task/examples", "65 entries, more than the limit of 64", examples(65, "a", "b")),
                Arguments.of("/task/examples/0/input", "2001 characters", examples(1, longText, "b")),
                Arguments.of("/task/examples/1/output", "2001 characters", examples(2, "a", longText)),
                Arguments.of("/task/examples/0/output", "must not be empty", examples(1, "a", "")),
                Arguments.of("/task/examples", "must not be empty in this mode", withoutExamples("examples")),
                Arguments.of("/task/examples", "must not be empty in this mode", withoutExamples("adapter_examples")),
                Arguments.of("/inputs", "must not be empty", body(plurals())),
                Arguments.of("/inputs", "257 entries, more than the limit of 256", body(plurals(), inputs)),
                Arguments.of("/inputs/1", "must not be empty", body(plurals(), "dog", "")),
                Arguments.of("/mode", "one of auto, adapter", with(valid(), "mode", "best")),
                Arguments.of("/mode", "one of auto, adapter", with(valid(), "mode", 1)),
                Arguments.of("/max_tokens", "is 0, outside 1 to 4095", with(valid(), "max_tokens", 0)),
                Arguments.of("/max_tokens", "is 4096, outside 1 to 4095", with(valid(), "max_tokens", 4096)),
                Arguments.of("/max_tokens", "32-bit integer", with(valid(), "max_tokens", "12")),
                Arguments.of("/max_tokens", "32-bit integer", with(valid(), "max_tokens", 1.5)),
                Arguments.of("/max_tokens", "99999999999", with(valid(), "max_tokens", 99_999_999_999L)),
                Arguments.of("/temperature", "is -0.1, outside 0 to 2", with(valid(), "temperature", -0.1)),
                Arguments.of("/temperature", "is 2.5, outside 0 to 2", with(valid(), "temperature", 2.5)),
                Arguments.of("/temperature", "must be a number", with(valid(), "temperature", "hot")),
                Arguments.of("/seed", "is -1, outside 0", with(valid(), "seed", -1)),
                Arguments.of("/scale", "is 4.5, outside 0 to 4", with(valid(), "scale", 4.5)),
                Arguments.of("/scale", "is -1.0, outside 0 to 4", with(valid(), "scale", -1.0)),
                Arguments.of("/strength", "is 4.5, outside 0 to 4", with(valid(), "strength", 4.5)),
                Arguments.of("/strength", "is -0.5, outside 0 to 4", with(valid(), "strength", -0.5)),
                Arguments.of("/strength", "must be a number", with(valid(), "strength", "full")),
                Arguments.of("/strength", "already part of what /adapter names", strengthBesideAdapter()),
                Arguments.of("/candidates", "", with(valid(), "candidates", 8)),
                Arguments.of("/budget_ms", "", with(valid(), "budget_ms", 100)),
                Arguments.of("/stop", "9 entries", with(valid(), "stop", Collections.nCopies(9, "x"))),
                Arguments.of("/stop/0", "must not be empty", with(valid(), "stop", List.of(""))),
                Arguments.of("/stop", "must be an array", with(valid(), "stop", "x")),
                Arguments.of("/labels", "has 0 entries, fewer than the 2", with(valid(), "labels", List.of())),
                Arguments.of("/labels", "has 1 entries, fewer than the 2", with(valid(), "labels", List.of("a"))),
                Arguments.of("/labels", "1000 entries, more than the limit of 256", labels(1000)),
                Arguments.of("/labels", "must be an array", with(valid(), "labels", "a")),
                Arguments.of("/labels/1", "must be a string", with(valid(), "labels", List.of("a", 1))),
                Arguments.of("/labels/0", "must not be empty", with(valid(), "labels", List.of("", "a"))),
                Arguments.of("/labels/0", "201 characters", with(valid(), "labels", List.of("é".repeat(201), "a"))),
                Arguments.of("/labels/2", "is the same as /labels/0", with(valid(), "labels", List.of("a", "b", "a"))),
                Arguments.of("/schema", "must not be given beside /labels", with(labels(2), "schema", Map.of())),
                Arguments.of("/stop", "must not be given beside /labels", with(labels(2), "stop", List.of("a"))),
                Arguments.of("/temperature", "must be 0 beside /labels", with(labels(2), "temperature", 0.5)),
                Arguments.of("/answer", "one of span", with(valid(), "answer", "text")),
                Arguments.of("/answer", "must not be given beside /labels", with(labels(2), "answer", "span")),
                Arguments.of("/answer", "beside /labels or /schema", with(spans("a cat", "cat"), "schema", Map.of())),
                Arguments.of("/temperature", "beside /labels or /answer", with(spans("a", "a"), "temperature", 0.5)),
                Arguments.of("/stop", "/schema or /answer", with(spans("a cat", "cat"), "stop", List.of("a"))),
                Arguments.of("/task/examples/1/output", "does not stand in its input", spans("a cat", "cats")),
                Arguments.of("/task/examples/1/output", "does not stand in its input", spans("a cat", "Cat")),
                Arguments.of("/task/examples/1/output", "within a word", spans("a cat", "ca")),
                Arguments.of("/task/examples/1/output", "or in space", spans("a cat", " cat")),
                Arguments.of("/task/examples/1/output", "33 words, more than the 32", spans(MANY_WORDS, MANY_WORDS)),
                Arguments.of("/task/examples/1/input", "must not be empty", spans("", "")),
                Arguments.of("/abstain_below", "is 1.5, outside 0 to 1", with(valid(), "abstain_below", 1.5)),
                Arguments.of("/abstain_below", "is -0.1, outside 0 to 1", with(valid(), "abstain_below", -0.1)),
                Arguments.of(
                        "/abstain_below", "must be a number, or an object", with(valid(), "abstain_below", "often")),
                Arguments.of("/abstain_below", "must be a number, or an object", with(valid(), "abstain_below", true)),
                Arguments.of("/abstain_below/risk", "is 0.0, not between 0 and 1", risk(0)),
                Arguments.of("/abstain_below/risk", "is 1.0, not between 0 and 1", risk(1)),
                Arguments.of("/abstain_below/risk", "is -0.1, not between 0 and 1", risk(-0.1)),
                Arguments.of("/abstain_below/risk", "is Infinity, not between 0 and 1", risk(new BigDecimal("1e999"))),
                Arguments.of("/abstain_below/risk", "must be a number", risk("low")),
                Arguments.of("/abstain_below/risk", "is missing", with(valid(), "abstain_below", Map.of())),
                Arguments.of(
                        "/abstain_below",
                        "must be a number beside /answer",
                        with(spans("a cat", "cat"), "abstain_below", Map.of("risk", 0.1))),
                Arguments.of("/abstain_below/at", "not a known field", with(valid(), "abstain_below", Map.of("at", 1))),
                Arguments.of("/abstain_below", "/schema, /stop or a /temperature", with(risk(0.1), "temperature", 1)),
                Arguments.of("/abstain_below", "/schema, /stop or", with(risk(0.1), "stop", List.of("."))),
                Arguments.of("/abstain_below", "/schema, /stop or", with(risk(0.1), "schema", Map.of("type", "null"))),
                Arguments.of("/confidence", "must be true or false", with(valid(), "confidence", "yes")),
                Arguments.of("/confidence", "must be true or false", with(valid(), "confidence", 1)),
                Arguments.of("/inputs/0", "must be a string", with(valid(), "inputs", List.of(1))),
                Arguments.of("/inputs", "must be an array", with(valid(), "inputs", "dog")),
                Arguments.of("/task", "must be an object", with(valid(), "task", "plural")),
                Arguments.of("/max_token", "not a known field", with(valid(), "max_token", 1)),
                Arguments.of("/adapter", "beside /task", with(valid(), "adapter", "sha256:" + "0".repeat(64))),
                Arguments.of("/adapter", "is no id", with(with(valid(), "task", null), "adapter", "sha256:0")));
    }

    private static Map<String, Object> spans(String input, String output) {
        var examples = List.of(Map.of("input", "a dog", "output", "dog"), Map.of("input", input, "output", output));
        return with(body(task("Which animal is it?", examples), "my horse"), "answer", "span");
    }

    private static Map<String, Object> valid() {
        return body(plurals(), "dog");
    }

    private static Map<String, Object> labels(int count) {
        return with(
                valid(),
                "labels",
                IntStream.range(0, count).mapToObj(i -> "label " + i).toList());
    }

    private static Map<String, Object> risk(Object share) {
        return with(valid(), "abstain_below", Map.of("risk", share));
    }

    private static Map<String, Object> strengthBesideAdapter() {
        return with(with(with(valid(), "task", null), "adapter", "sha256:" + "0".repeat(64)), "strength", 0.5);
    }

    private static Map<String, Object> examples(int count, String input, String output) {
        var example = Map.of("input", input, "output", output);
        return with(valid(), "task", task("", Collections.nCopies(count, example)));
    }

    private static Map<String, Object> withoutExamples(String mode) {
        return with(with(valid(), "task", task("Write the plural.", List.of())), "mode", mode);
    }

    @Test
    void namesEveryBrokenRuleAtOnceWithLimitAndValue() {
        var body = with(with(body(plurals()), "scale", 9.0), "max_tokens", 4096);

        isProblem(post("/generate", body), 400)
                .body("errors.field", hasItems("/inputs", "/scale", "/max_tokens"))
                .body("errors.find { it.field == '/max_tokens' }.limit", equalTo(4095))
                .body("errors.find { it.field == '/max_tokens' }.value", equalTo(4096));
    }

    @Test
    void theIdOfTheSharedAdapterNamesNoTask() {
        var id = post("/generate", with(with(valid(), "strength", 0), "mode", "adapter"))
                .statusCode(200)
                .extract()
                .<String>path("adapter.id");

        isProblem(post("/generate", with(with(valid(), "task", null), "adapter", id)), 400)
                .body("errors[0].field", equalTo("/adapter"))
                .body("errors[0].message", containsString("is B0, which brings no task"));
    }

    @Test
    void aPromptBeyondTheContextIsToldBothNumbers() {
        isProblem(post("/generate", body(plurals(), "word ".repeat(5000))), 400)
                .body("errors[0].field", equalTo("/inputs/0"))
                .body("errors[0].limit", equalTo(4096))
                .body("errors[0].message", containsString("of up to 8 this is more than the context of 4096"));
    }

    @Test
    void aTextFarBeyondTheContextIsNotEvenCutIntoTokens() {
        var text = "a".repeat(1_000_000);

        isProblem(post("/generate", body(plurals(), "x", text)), 400)
                .body("errors.field", contains("/inputs/1"))
                .body("errors[0].limit", equalTo(4096))
                .body("errors[0].value", equalTo(text.length()))
                .body("errors[0].message", containsString("has 1000000 characters"));
        post("/v1/completions", Map.of("model", BASE, "prompt", text))
                .statusCode(400)
                .body("error.param", equalTo("prompt"))
                .body("error.message", containsString("has 1000000 characters"));
        post("/v1/embeddings", Map.of("model", ENCODER, "input", List.of("x", text)))
                .statusCode(400)
                .body("error.message", containsString("has 1000000 characters"));
        var message = Map.of("role", "user", "content", text);
        post("/v1/chat/completions", Map.of("model", BASE, "messages", List.of(message)))
                .statusCode(400)
                .body("error.message", containsString("has 1000000 characters"));
        var messages = Collections.nCopies(20_000, Map.of("role", "user", "content", "x"));
        post("/v1/chat/completions", Map.of("model", BASE, "messages", messages))
                .statusCode(400)
                .body("error.param", equalTo("messages"))
                .body("error.message", containsString("20000 tokens and more"));
    }

    @Test
    void aTaskBeyondTheContextIsToldBothNumbers() {
        var example = Map.of("input", "some words ".repeat(50), "output", "some words ".repeat(50));
        var body = Map.of("task", task("", Collections.nCopies(64, example)));

        isProblem(post("/adapter", body), 400)
                .body("errors[0].field", equalTo("/task"))
                .body("errors[0].limit", equalTo(4096))
                .body("errors[0].message", containsString("more than the context of 4096"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{",
                "{\"task\":",
                "[]",
                "1",
                "{} {}",
                "{\"inputs\":[\"a\"],\"inputs\":[\"b\"]}",
                "{\"temperature\":NaN}",
                "{\"temperature\":Infinity}",
                "{\"a\":\"\u0001\"}",
            })
    void refusesABodyThatIsNoJsonObject(String body) {
        isProblem(post("/generate", body), 400)
                .body("errors[0].field", equalTo(""))
                .body("errors[0].message", not(containsString("Source")));
    }

    @Test
    void refusesWhatIsDeeperOrLongerThanTheParserReads() {
        isProblem(post("/generate", "[".repeat(1001)), 400).body("errors[0].field", equalTo(""));
        isProblem(post("/generate", "{\"temperature\":" + "1".repeat(1001) + "}"), 400);
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        var body = """
                {"task":{"description":"x"},"inputs":["a"],"temperature":1e999,"scale":-1e999}""";

        isProblem(post("/generate", body), 400)
                .body("errors.field", hasItems("/temperature", "/scale"))
                .body("errors.value", hasItems("Infinity", "-Infinity"));
    }

    @ParameterizedTest
    @CsvSource({
        "/task/description,   '{\"task\":{\"description\":\"a\\ud800\"},\"inputs\":[\"a\"]}'",
        "/inputs/0,           '{\"task\":{\"description\":\"a\"},\"inputs\":[\"\\udc00b\"]}'",
        "/stop/0,             '{\"task\":{\"description\":\"a\"},\"inputs\":[\"b\"],\"stop\":[\"\\ud83d\"]}'"
    })
    void refusesHalfASurrogatePair(String field, String body) {
        isProblem(post("/generate", body), 400)
                .body("errors[0].field", equalTo(field))
                .body("errors[0].message", containsString("surrogate"));
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        var body = new byte[] {'{', '"', 't', '"', ':', '"', (byte) 0xff, '"', '}'};

        isProblem(
                        given().contentType("application/json")
                                .body(body)
                                .post("/generate")
                                .then(),
                        400)
                .body("errors[0].message", containsString("UTF-8"));
    }

    @Test
    void cutsALongValueInTheProblem() {
        isProblem(post("/generate", with(valid(), "mode", "m".repeat(5000))), 400)
                .body("errors[0].value.length()", equalTo(81));
    }

    @Test
    void cutsALongNameAndALongListInTheProblem() {
        isProblem(post("/generate", with(valid(), "n".repeat(40_000), 1)), 400)
                .body("errors[0].field.length()", equalTo(501))
                .body("errors[0].message", endsWith("is not a known field"))
                .body("errors[0].message.length()", equalTo(1001));
        isProblem(post("/generate", with(valid(), "inputs", Collections.nCopies(256, ""))), 400)
                .body("errors.size()", equalTo(100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/json5"})
    void takesJsonOnly(String contentType) {
        isProblem(
                        given().contentType(contentType)
                                .body("{}".getBytes(UTF_8))
                                .post("/generate")
                                .then(),
                        415)
                .body("detail", containsString("application/json"))
                .body("errors[0].value", startsWith(contentType));
    }

    @Test
    void takesNoForm() {
        isProblem(given().formParam("task", "plural").post("/generate").then(), 415);
    }

    @ParameterizedTest
    @CsvSource({"GET,/generate", "PUT,/generate", "DELETE,/adapter", "GET,/adapter", "PATCH,/adapter"})
    void takesPostOnly(String method, String path) {
        isProblem(given().contentType(ContentType.JSON).request(method, path).then(), 405)
                .header("Allow", "POST");
    }

    @ParameterizedTest
    @CsvSource({
        "TRACE,/q/health/live,'GET, HEAD, OPTIONS'",
        "PUT,/q/metrics,'GET, HEAD, OPTIONS'",
        "QUERY,/,'GET, HEAD, OPTIONS, POST'",
        "DELETE,/events,'GET, HEAD, OPTIONS'",
        "GET,/events/s3,'OPTIONS, POST'",
        "PUT,/events/pubsub,'OPTIONS, POST'"
    })
    void whatQuarkusServesTakesItsOwnMethodsOnly(String method, String path, String allowed) {
        isProblem(given().request(method, path).then(), 405).header("Allow", allowed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesABodyOverOneMebibyte(boolean adapter) throws Exception {
        var body = "{\"task\":\"" + "x".repeat(1 << 20) + "\"}";

        isProblem(withLongBody(() -> post(adapter ? "/adapter" : "/generate", body)), 413)
                .body("errors[0].limit", equalTo(1 << 20));
    }

    /// Else it would see the connection break, and not why.
    @ParameterizedTest
    @ValueSource(strings = {"/generate", "/q/health/live"})
    void whoIsRefusedMayStillSend(String path) throws IOException {
        var uri = Requests.uri(path);
        var piece = new byte[1 << 16];
        var length = 16 * piece.length + 1;
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            var head = "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n";
            var out = socket.getOutputStream();
            out.write(head.formatted(path, uri.getAuthority(), length).getBytes(US_ASCII));
            var reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            assertThat(reply.readLine()).startsWith("HTTP/1.1 413 ");

            for (var sent = 0; sent + piece.length < length; sent += piece.length) {
                out.write(piece);
            }

            assertThat(reply.lines()).anyMatch(line -> line.contains("must not be longer than 1048576 bytes"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sha256:0000000000000000000000000000000000000000000000000000000000000000", "x", "sha256:.."})
    void anUnknownAdapterIsNotFound(String id) {
        isProblem(given().get("/adapters/{id}", id).then(), 404)
                .body("type", equalTo("urn:icm-lora:problem:unknown-adapter"))
                .body("detail", containsString(id));
    }

    @Test
    void anUnknownAdapterCannotServe() {
        var body = with(with(valid(), "task", null), "adapter", "sha256:" + "0".repeat(64));

        isProblem(post("/generate", body), 404);
    }

    @Test
    void aPathThatNothingServesIsAProblemToo() {
        isProblem(given().get("/no/such/path").then(), 404);
    }

    private static ValidatableResponse isProblem(ValidatableResponse response, int status) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status));
    }

    /// Jackson quotes a name that comes twice. To look for the rest of it at each of its spaces takes many minutes.
    @Test
    void aMessageIsLookedThroughOnce() {
        var twice = new JsonParseException(null, "Duplicate field '" + " ".repeat(1 << 20) + "'");

        var violation = assertTimeoutPreemptively(Duration.ofMinutes(1), () -> JsonBody.malformed(twice));

        assertThat(violation.message()).contains("Duplicate field");
    }
}
