package dev.icmlora.events;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.TestBucket;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.storage.local.LocalStore;

/// Task files in a directory, as a bucket.
@Tag("slow")
@QuarkusTest
class EventsTest {

    private static final Path BUCKET = TestBucket.EVENTS;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TASK = "\"task\": {\"description\": \"Write the plural of the word.\", "
            + "\"examples\": [{\"input\": \"cat\", \"output\": \"cats\"}]}, \"max_tokens\": 4";

    @BeforeAll
    static void makeBucket() throws Exception {
        Files.createDirectories(BUCKET);
    }

    private static String name() {
        return "t" + UUID.randomUUID();
    }

    private static Path file(String key) {
        return BUCKET.resolve(key);
    }

    /// In one step, as an upload is.
    private static void upload(String key, byte[] bytes) throws Exception {
        var draft = Files.write(Files.createTempFile(BUCKET, "upload", ""), bytes);
        Files.createDirectories(file(key).getParent());
        Files.move(draft, file(key), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void upload(String key, String text) throws Exception {
        upload(key, text.getBytes(StandardCharsets.UTF_8));
    }

    private static RequestSpecification event(String type) {
        return given().header("ce-specversion", "1.0")
                .header("ce-id", UUID.randomUUID())
                .header("ce-source", "urn:test")
                .header("ce-type", type)
                .contentType("application/json");
    }

    private static String data(String key) throws Exception {
        return JSON.writeValueAsString(Map.of("bucket", "file:" + BUCKET, "key", key));
    }

    /// As a broker does: again until it is taken.
    private static void deliver(String key) throws Exception {
        deliver(event("dev.icmlora.task.submitted").body(data(key)));
    }

    private static void deliver(RequestSpecification event) {
        Eventually.until(() -> {
            var status = event.post("/").statusCode();
            assertThat(status).isIn(204, 503);
            return status == 204;
        });
    }

    private static JsonNode json(String key) throws Exception {
        return JSON.readTree(file(key).toFile());
    }

    private static List<JsonNode> results(String name) throws Exception {
        return JSON.readerFor(JsonNode.class)
                .<JsonNode>readValues(file("results/" + name + ".jsonl").toFile())
                .readAll();
    }

    private static long count(TaskEvents.Outcome outcome) {
        return given().get("/events")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong(outcome.name());
    }

    @Test
    void aFileInADirectoryIsAnswered() throws Exception {
        var name = "sub folder/" + name();
        upload(
                "tasks/" + name + ".json",
                "{" + TASK + ", \"mode\": \"adapter\", \"inputs\": [\"dog\", \"bus\", \"day\"]}");

        // Nobody sends an event: the directory is watched.
        Eventually.until(() -> Files.exists(file("results/" + name + ".jsonl")));

        assertThat(results(name)).extracting(line -> line.get("index").asInt()).containsExactly(0, 1, 2);
        assertThat(results(name)).extracting(line -> line.get("input").asText()).containsExactly("dog", "bus", "day");
        assertThat(results(name))
                .allSatisfy(line -> assertThat(line.get("output").isTextual()).isTrue());
        var summary = json("results/" + name + ".summary.json");
        assertThat(summary.get("answered").asInt()).isEqualTo(3);
        assertThat(summary.get("failed").asInt()).isZero();
        assertThat(summary.at("/selection/served").asText()).isEqualTo("adapter");
        assertThat(summary.at("/timing_ms/decode").asDouble()).isPositive();
        var adapter = Files.readAllBytes(file(summary.get("adapter_file").asText()));
        var sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(adapter));
        assertThat(summary.get("adapter").asText()).isEqualTo("sha256:" + sha256);
        deliver("tasks/" + name + ".json");
        assertThat(json("results/" + name + ".state.json").get("state").asText())
                .isEqualTo("completed");
        assertThat(json("results/" + name + ".state.json").has("holder")).isFalse();
        assertThat(Files.exists(file("results/" + name + ".error.json"))).isFalse();
        assertThat(file("results/" + name + ".parts")).doesNotExist();
    }

    @Test
    void theAnswersAreThoseOfTheRequest() throws Exception {
        var name = name();
        var body = "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\", \"bus\"]}";
        upload("tasks/" + name + ".json", body);
        deliver("tasks/" + name + ".json");

        var direct = given().contentType("application/json")
                .body(body)
                .post("/generate")
                .jsonPath()
                .getList("outputs");

        assertThat(results(name))
                .extracting(line -> (Object) line.get("output").asText())
                .isEqualTo(direct);
    }

    @Test
    void anAnswerIsALabelOrSaysWhyThereIsNone() throws Exception {
        var name = name();
        var body =
                "{\"task\": {\"description\": \"How many are there?\"}, \"mode\": \"plain\", \"labels\": [\"one\", \"two\"], \"abstain_below\": %s"
                        + ", \"inputs\": [\"dog\", \"\", \"bus\"]}";
        upload("tasks/" + name + ".json", body.formatted("0.5"));
        upload("tasks/" + name + "-sure.json", body.formatted("1"));
        deliver("tasks/" + name + ".json");
        deliver("tasks/" + name + "-sure.json");

        var lines = results(name);
        assertThat(lines.get(0).get("output").asText()).isIn("one", "two");
        assertThat(lines.get(0).at("/probabilities/one").asDouble()
                        + lines.get(0).at("/probabilities/two").asDouble())
                .isCloseTo(1, within(1e-9));
        assertThat(lines.get(0).get("confidence").asDouble()).isBetween(0.5, 1.0);
        assertThat(lines.get(1).get("error").asText()).isEqualTo("/inputs/1 must not be empty");
        assertThat(lines.get(1).has("probabilities")).isFalse();
        var none = results(name + "-sure").getLast();
        assertThat(none.has("output")).isFalse();
        assertThat(none.get("reason").asText()).contains("is below 1");
        var summary = json("results/" + name + "-sure.summary.json");
        assertThat(summary.get("answered").asInt()).isEqualTo(2);
        assertThat(summary.get("abstained").asInt()).isEqualTo(2);
        assertThat(summary.get("failed").asInt()).isEqualTo(1);
    }

    @Test
    void aTaskFileNamesAFunction() throws Exception {
        var name = name();
        for (var labels : List.of("\"one\", \"two\"", "\"red\", \"green\"")) {
            given().contentType("application/json")
                    .body("{\"task\": {\"description\": \"Which?\"}, \"labels\": [" + labels + "]}")
                    .put("/functions/{name}", name)
                    .then()
                    .statusCode(201);
        }
        var body = "{\"task\": {\"function\": \"%s\"}, \"mode\": \"plain\", \"inputs\": [\"dog\", \"bus\", \"day\"]}";
        for (var function : List.of(name, name + "@1", name + "@3")) {
            upload("tasks/" + function + ".json", body.formatted(function));
            deliver("tasks/" + function + ".json");
        }

        assertThat(results(name))
                .allSatisfy(line -> assertThat(line.get("output").asText()).isIn("red", "green"));
        assertThat(json("results/" + name + ".summary.json").get("function").asText())
                .isEqualTo(name + "@2");
        assertThat(results(name + "@1"))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line.get("output").asText()).isIn("one", "two"));
        assertThat(json("results/" + name + "@3.error.json").get("type").asText())
                .isEqualTo("urn:icm-lora:problem:unknown-function");
    }

    @Test
    void aStructuredEventDoesTheSame() throws Exception {
        var name = name();
        upload("tasks/" + name + ".json", "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        var event = "{\"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"urn:test\", "
                + "\"type\": \"dev.icmlora.task.submitted\", \"data\": " + data("tasks/" + name + ".json") + "}";

        deliver(given().contentType("application/cloudevents+json; charset=utf-8")
                .body(event));

        assertThat(results(name)).hasSize(1);
    }

    @Test
    void inputsMayStandBesideTheTask() throws Exception {
        var name = name();
        upload("tasks/" + name + ".jsonl", "\"dog\"\n{\"input\": \"bus\"}\n\"day\"\n");
        upload("tasks/" + name + ".json", "{" + TASK + ", \"mode\": \"plain\"}");
        deliver("tasks/" + name + ".json");

        assertThat(results(name)).extracting(line -> line.get("input").asText()).containsExactly("dog", "bus", "day");
    }

    @Test
    void anInputThatCannotBeAnsweredCostsOnlyItself() throws Exception {
        var name = name();
        var tooLong = "word ".repeat(6000);
        upload(
                "tasks/" + name + ".json",
                "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"\", \"dog\", \"" + tooLong
                        + "\", \"\\ud800\", \"bus\"]}");
        deliver("tasks/" + name + ".json");

        var lines = results(name);
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0).get("error").asText()).isEqualTo("/inputs/0 must not be empty");
        assertThat(lines.get(2).get("error").asText()).contains("/inputs/2", "4096");
        assertThat(lines.get(3).get("error").asText()).contains("/inputs/3", "surrogate");
        assertThat(lines.get(1).has("output") && lines.get(4).has("output")).isTrue();
        assertThat(json("results/" + name + ".summary.json").get("failed").asInt())
                .isEqualTo(3);
    }

    static Stream<Arguments> badFiles() {
        var inputs = ", \"inputs\": [\"dog\"]}";
        return Stream.of(
                Arguments.of("not JSON", "{ this is no JSON", ""),
                Arguments.of("empty", "", ""),
                Arguments.of("cut", "{" + TASK + ", \"inputs\": [\"do", ""),
                Arguments.of("a list", "[]", ""),
                Arguments.of("two objects", "{" + TASK + inputs + "{}", ""),
                Arguments.of("duplicate keys", "{" + TASK + ", \"max_tokens\": 3" + inputs, ""),
                Arguments.of("unknown field", "{" + TASK + ", \"modus\": 3" + inputs, "/modus"),
                Arguments.of("wrong type", "{\"task\": {\"description\": 7}" + inputs, "/task/description"),
                Arguments.of("one label", "{" + TASK + ", \"labels\": [\"a\"]" + inputs, "/labels"),
                Arguments.of("no schema", "{" + TASK + ", \"schema\": {\"type\": \"x\"}" + inputs, "/schema/type"),
                Arguments.of("no task", "{\"max_tokens\": 3" + inputs, "/task"),
                Arguments.of("no inputs", "{" + TASK + "}", "/inputs"),
                Arguments.of("empty inputs", "{" + TASK + ", \"inputs\": []}", "/inputs"),
                Arguments.of("inputs that are no list", "{" + TASK + ", \"inputs\": 7}", "/inputs"),
                Arguments.of("an input that is no text", "{" + TASK + ", \"inputs\": [\"a\", {}]}", "/inputs/1"),
                Arguments.of(
                        "too many inputs", "{" + TASK + ", \"inputs\": [" + "\"a\",".repeat(50) + "\"a\"]}", "/inputs"),
                Arguments.of("out of range", "{" + TASK + ", \"temperature\": 99" + inputs, "/temperature"),
                Arguments.of("unknown adapter", "{\"adapter\": \"sha256:" + "0".repeat(64) + "\"" + inputs, null),
                Arguments.of(
                        "a long description",
                        "{\"task\": {\"description\": \"" + "a".repeat(20000) + "\"}" + inputs,
                        ""),
                Arguments.of("too large", "{" + TASK + ", \"inputs\": [\"" + "a".repeat(70000) + "\"]}", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFiles")
    void aBadFileIsExplainedAndNotSentAgain(String what, String content, String field) throws Exception {
        explained(content.getBytes(StandardCharsets.UTF_8), field);
    }

    @Test
    void invalidUtf8IsExplained() throws Exception {
        explained(("{" + TASK + ", \"inputs\": [\"d\u00fcg\"]}").getBytes(StandardCharsets.ISO_8859_1), "");
    }

    private static void explained(byte[] content, String field) throws Exception {
        var name = name();
        upload("tasks/" + name + ".json", content);
        deliver("tasks/" + name + ".json");

        var error = json("results/" + name + ".error.json");
        assertThat(error.get("detail").asText()).isNotBlank();
        assertThat(error.at("/task/key").asText()).isEqualTo("tasks/" + name + ".json");
        if (field != null) {
            assertThat(error.at("/errors/0/field").asText()).isEqualTo(field);
        }
        assertThat(Files.exists(file("results/" + name + ".jsonl"))).isFalse();
        assertThat(json("results/" + name + ".state.json").get("state").asText())
                .isEqualTo("failed");
        assertThat(json("results/" + name + ".state.json").has("holder")).isFalse();
    }

    @Test
    void aByteOrderMarkDoesNoHarm() throws Exception {
        var name = name();
        upload("tasks/" + name + ".json", "\ufeff{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        deliver("tasks/" + name + ".json");

        assertThat(results(name)).hasSize(1);
    }

    @Test
    void aMendedFileReplacesItsError() throws Exception {
        var name = name();
        upload("tasks/" + name + ".json", "oops");
        deliver("tasks/" + name + ".json");
        Files.delete(file("tasks/" + name + ".json"));
        upload("tasks/" + name + ".json", "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        deliver("tasks/" + name + ".json");

        assertThat(results(name)).hasSize(1);
        assertThat(Files.exists(file("results/" + name + ".error.json"))).isFalse();
    }

    @Test
    void aBrokenVersionReplacesTheResultsOfTheOneBefore() throws Exception {
        var name = name();
        upload("tasks/" + name + ".json", "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        deliver("tasks/" + name + ".json");
        assertThat(results(name)).hasSize(1);
        upload("tasks/" + name + ".json", "oops");
        deliver("tasks/" + name + ".json");

        assertThat(json("results/" + name + ".error.json").get("detail").asText())
                .isNotBlank();
        assertThat(file("results/" + name + ".jsonl")).doesNotExist();
        assertThat(file("results/" + name + ".summary.json")).doesNotExist();
    }

    @Test
    void aFileThatIsGoneIsExplainedAndItsResultsStay() throws Exception {
        var name = name();
        deliver("tasks/" + name + ".json");

        assertThat(json("results/" + name + ".error.json").get("detail").asText())
                .contains("deleted");

        upload("tasks/" + name + ".json", "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        deliver("tasks/" + name + ".json");
        Files.delete(file("tasks/" + name + ".json"));
        deliver("tasks/" + name + ".json");
        assertThat(results(name)).hasSize(1);
    }

    @Test
    void pathTricksStayInTheBucket() throws Exception {
        for (var trick : List.of(
                "../../escape",
                "a/../b",
                "/etc/passwd",
                "a//b",
                "..",
                "a\\b",
                "a\nb",
                "a.parts/b",
                "x".repeat(250),
                "x/".repeat(400) + "x")) {
            deliver("tasks/" + trick + ".json");
            var key = "results/invalid-name-" + TaskKeys.digest(trick) + ".error.json";
            assertThat(json(key).get("detail").asText()).contains("name");
        }
        assertThat(BUCKET.getParent().resolve("escape.error.json")).doesNotExist();
    }

    @Test
    void anEventOfAReplacedFileIsLeftToItsOwn() throws Exception {
        var name = name();
        var key = "tasks/" + name + ".json";
        upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        var superseded = count(TaskEvents.Outcome.SUPERSEDED);

        event("dev.icmlora.task.submitted")
                .body(JSON.writeValueAsString(Map.of("bucket", "file:" + BUCKET, "key", key, "version", "older")))
                .post("/")
                .then()
                .statusCode(204);

        assertThat(count(TaskEvents.Outcome.SUPERSEDED)).isEqualTo(superseded + 1);
    }

    @Test
    void aNewerVersionReplacesTheResults() throws Exception {
        var name = name();
        var key = "tasks/" + name + ".json";
        upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        deliver(key);
        upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"bus\", \"day\"]}");
        deliver(key);

        assertThat(results(name)).extracting(line -> line.get("input").asText()).containsExactly("bus", "day");
        assertThat(json("results/" + name + ".summary.json").get("answered").asInt())
                .isEqualTo(2);
    }

    @Test
    void clocksDoNotMatter() throws Exception {
        for (var time : List.of("1970-01-01T00:00:00Z", "2999-12-31T23:59:59Z")) {
            var name = name();
            var key = "tasks/" + name + ".json";
            upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
            var then = FileTime.from(Instant.parse(time));
            Files.setLastModifiedTime(file(key), then);
            // Held by an instance that is gone; by its time it is older than all, or from the future.
            upload(
                    "results/" + name + ".state.json",
                    JSON.writeValueAsString(TaskState.of("older", null).heldBy("another")));
            Files.setLastModifiedTime(file("results/" + name + ".state.json"), then);

            deliver(event("dev.icmlora.task.submitted").header("ce-time", time).body(data(key)));

            assertThat(results(name)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "{\"state\":\"completed\",\"version\":\"1\",\"tally\":{}}"})
    void aStateThatIsNoneOfOursIsTakenOver(String state) throws Exception {
        var name = name();
        upload("results/" + name + ".state.json", state);
        upload("tasks/" + name + ".json", "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");

        deliver("tasks/" + name + ".json");

        assertThat(results(name)).hasSize(1);
        assertThat(json("results/" + name + ".state.json").get("state").asText())
                .isEqualTo("completed");
    }

    @Test
    void aStoreThatIsAwayIsAskedForAgain() throws Exception {
        var name = name();
        var key = "tasks/" + name + ".json";
        upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        var away = BUCKET.resolveSibling("events-bucket-away");
        Files.move(BUCKET, away);
        try {
            event("dev.icmlora.task.submitted").body(data(key)).post("/").then().statusCode(503);
        } finally {
            Files.move(away, BUCKET);
        }
        deliver(key);

        assertThat(results(name)).hasSize(1);
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws Exception {
        var name = name();
        var key = "tasks/" + name + ".json";
        upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        deliver(key);
        var written = Files.getLastModifiedTime(file("results/" + name + ".jsonl"));
        var duplicates = count(TaskEvents.Outcome.DUPLICATE);

        deliver(key);

        assertThat(Files.getLastModifiedTime(file("results/" + name + ".jsonl")))
                .isEqualTo(written);
        assertThat(count(TaskEvents.Outcome.DUPLICATE)).isGreaterThan(duplicates);
    }

    @Test
    void anOutcomeThatWasDeletedIsMadeAnew() throws Exception {
        var good = name();
        var bad = name();
        upload("tasks/" + good + ".json", "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\"]}");
        upload("tasks/" + bad + ".json", "oops");
        for (var round = 0; round < 2; round++) {
            deliver("tasks/" + good + ".json");
            deliver("tasks/" + bad + ".json");

            assertThat(results(good)).hasSize(1);
            Files.delete(file("results/" + good + ".jsonl"));
            Files.delete(file("results/" + bad + ".error.json"));
        }
    }

    @Test
    void deliveriesAtTheSameTimeDoItOnce() throws Exception {
        var name = name();
        var key = "tasks/" + name + ".json";
        upload(key, "{" + TASK + ", \"mode\": \"plain\", \"inputs\": [\"dog\", \"bus\", \"day\", \"cat\", \"fly\"]}");
        try (var senders = Executors.newFixedThreadPool(4)) {
            Callable<Void> sender = () -> {
                deliver(key);
                return null;
            };
            senders.invokeAll(Collections.nCopies(4, sender)).forEach(Future::resultNow);
        }

        assertThat(results(name)).extracting(line -> line.get("index").asInt()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void whatIsNotForUsIsTakenAndCounted() throws Exception {
        var ignored = count(TaskEvents.Outcome.IGNORED);

        event("google.cloud.storage.object.v1.deleted")
                .body("{}")
                .post("/")
                .then()
                .statusCode(204);
        event("com.example.other").post("/").then().statusCode(204);
        event("google.cloud.storage.object.v1.finalized")
                .body("{\"bucket\": \"somebody-elses\", \"name\": \"tasks/a.json\"}")
                .post("/")
                .then()
                .statusCode(204);
        for (var key : List.of("results/a.json", "results/a.jsonl", "adapters/a.json", "tasks/a.txt", "a.json")) {
            deliver(key);
        }

        assertThat(count(TaskEvents.Outcome.IGNORED)).isEqualTo(ignored + 8);
    }

    @Test
    void itsOwnWritingStartsNothing() throws Exception {
        var name = name();
        var key = "tasks/" + name + ".json";
        var ignored = count(TaskEvents.Outcome.IGNORED);
        new LocalStore(BUCKET).write(key, Content.of(new byte[2]), Work.OWN, new Condition.IfAbsent());

        deliver(key);

        // The watcher saw it too.
        Eventually.until(() -> {
            assertThat(file("results/" + name + ".error.json")).doesNotExist();
            return count(TaskEvents.Outcome.IGNORED) >= ignored + 2;
        });
        assertThat(count(TaskEvents.Outcome.IGNORED)).isEqualTo(ignored + 2);
        Files.delete(file(key));
    }

    @Test
    void notificationsOfS3() {
        s3("{\"Service\": \"Amazon S3\", \"Event\": \"s3:TestEvent\"}").statusCode(204);
        s3("{\"Records\": [{\"eventName\": \"s3:ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"other\"}, "
                        + "\"object\": {\"key\": \"tasks%2Fa.json\"}}}]}")
                .statusCode(204);
        s3("{\"Records\": [{\"eventName\": \"s3:ObjectCreated:Put\"}]}").statusCode(400);
        s3("{\"Records\": []}").statusCode(204);
        s3("[]").statusCode(400);
        s3("{").statusCode(400);
        s3("{\"Records\": [{}" + ",{}".repeat(1000) + "]}")
                .statusCode(400)
                .body("errors[0].field", equalTo("/Records"))
                .body("errors[0].limit", equalTo(1000))
                .body("errors[0].value", equalTo(1001));
    }

    /// It is looked through once.
    @Test
    void anAddressMayBeLong() {
        event("Microsoft.Storage.BlobCreated")
                .header("ce-subject", "/blobServices/default/containers/c/blobs/tasks/a.json")
                .body(Map.of("url", "https://" + "a".repeat(200_000) + "!/account/c/tasks/a.json"))
                .post("/")
                .then()
                .statusCode(204)
                .time(lessThan(10_000L));
    }

    private static ValidatableResponse s3(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/events/s3")
                .then();
    }

    @Test
    void pushesOfPubSub() throws Exception {
        var ignored = count(TaskEvents.Outcome.IGNORED);

        // Somebody else's bucket, and another type of event.
        push(recorded("finalized")).statusCode(204);
        push(recorded("finalized-with-payload")).statusCode(204);
        push(recorded("deleted")).statusCode(204);

        assertThat(count(TaskEvents.Outcome.IGNORED)).isEqualTo(ignored + 3);
        push(recorded("published-by-hand"))
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors[0].field", equalTo("/message/attributes/eventType"));
        for (var attribute : List.of("eventType", "bucketId", "objectId")) {
            var body = JSON.readTree(recorded("finalized"));
            ((ObjectNode) body.at("/message/attributes")).putObject(attribute);
            push(body.toString()).statusCode(400).body("errors[0].field", equalTo("/message/attributes/" + attribute));
        }
        for (var body : List.of("", "{", "[]", "7", "{}", "{\"message\": 1}", "{\"message\": {}, \"message\": {}}")) {
            push(body).statusCode(400).contentType("application/problem+json");
        }
    }

    private static ValidatableResponse push(String body) {
        return given().contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/events/pubsub")
                .then();
    }

    private static String recorded(String name) throws IOException {
        try (var body = EventsTest.class.getResourceAsStream("pubsub/" + name + ".json")) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void anEventThatIsNoneIsRefused() {
        var type = "application/cloudevents+json";
        for (var body : List.of("", "{", "[]", "7", "{\"specversion\": \"1.0\"}", "{\"id\": \"1\"}")) {
            given().contentType(type)
                    .body(body)
                    .post("/")
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }
        given().header("ce-id", "1")
                .contentType("application/json")
                .body("{}")
                .post("/")
                .then()
                .statusCode(400);
        event("google.cloud.storage.object.v1.finalized")
                .body("{}")
                .post("/")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("/data/bucket"));
        event("dev.icmlora.task.submitted").body("{ no").post("/").then().statusCode(400);
    }

    @Test
    void theWebhookHandshake() {
        given().header("WebHook-Request-Origin", "eventgrid.azure.net")
                .options("/")
                .then()
                .statusCode(200)
                .header("WebHook-Allowed-Origin", "eventgrid.azure.net")
                .header("WebHook-Allowed-Rate", "*");
        var stranger = given().header("WebHook-Request-Origin", "example.com").options("/");
        assertThat(stranger.header("WebHook-Allowed-Origin")).isNull();
    }

    @Test
    void functionsAreNotReachedByEventsNorEventsByFunctions() {
        event("com.example.other")
                .body(
                        "{\"task\": {\"description\": \"Say it.\"}, \"inputs\": [\"a\"], \"mode\": \"plain\", \"max_tokens\": 1}")
                .post("/generate")
                .then()
                .statusCode(200)
                .body("outputs.size()", equalTo(1));
        given().contentType("application/json").body("{}").post("/event").then().statusCode(404);
    }
}
