package dev.icmlora.function.access;

import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.PeftFiles;
import dev.icmlora.function.Requests;

/// An adapter is there for the callers that made it. For others it is not, and they cannot find out that it is.
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class TenancyTest {

    private static final int CROWD = 24;
    private static final String UNKNOWN = "sha256:" + "1".repeat(64);
    private static final List<Map<String, String>> EXAMPLES = List.of(
            Map.of("input", "cat", "output", "cats"),
            Map.of("input", "box", "output", "boxes"),
            Map.of("input", "cup", "output", "cups"));

    private final Client alice = new Client();
    private final Client bob = new Client();

    /// Somebody who was never here before.
    private static final class Client {

        private final String subject = UUID.randomUUID().toString();

        /// With a new token each time.
        private RequestSpecification request() {
            return given().header("Authorization", "Bearer " + Token.of(subject));
        }

        private ValidatableResponse post(String path, Object body) {
            return request().contentType(ContentType.JSON).body(body).post(path).then();
        }

        private String makes(String description) {
            return post("/adapter", Map.of("task", Map.of("description", description)))
                    .statusCode(200)
                    .body("cached", equalTo(false))
                    .extract()
                    .path("id");
        }

        private ValidatableResponse uploads(byte[] file, String description) {
            return request()
                    .queryParam("description", description)
                    .body(file)
                    .put("/adapters")
                    .then();
        }

        private ValidatableResponse defines(String name, Object definition) {
            return request()
                    .contentType(ContentType.JSON)
                    .body(definition)
                    .put("/functions/{name}", name)
                    .then();
        }

        private Socket asksForAndDoesNotRead(String path) throws IOException {
            var address = Requests.uri(path);
            var socket = new Socket();
            socket.setReceiveBufferSize(1 << 11);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
            var head = "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n";
            socket.getOutputStream()
                    .write(head.formatted(path, Token.of(subject)).getBytes(UTF_8));
            return socket;
        }

        private ValidatableResponse calls(String function) {
            return post(
                    "/generate", Map.of("task", Map.of("function", function), "inputs", List.of("x"), "mode", "plain"));
        }

        private List<String> models() {
            return request().get("/v1/models").then().statusCode(200).extract().path("data.id");
        }

        private List<String> answers(String id) {
            return post("/generate", Map.of("adapter", id, "inputs", List.of("dog", "knife"), "max_tokens", 8))
                    .statusCode(200)
                    .extract()
                    .path("outputs");
        }
    }

    private static byte[] file(float value) {
        var a = new float[576];
        a[3] = value;
        var b = new float[192];
        b[7] = value;
        return PeftFiles.zip("attn_v", 1, 16, a, b);
    }

    /// More than the half of places and queue that one caller may have, so that it is refused some.
    @Test
    void aCrowdOfOneCallerKeepsNoOtherOut() throws Exception {
        var story = Map.of(
                "task",
                Map.of("description", "Tell a story."),
                "inputs",
                Collections.nCopies(8, "of a dog"),
                "mode",
                "plain",
                "max_tokens",
                6);
        var question = Map.of(
                "task", Map.of("description", "Say a word."), "inputs", List.of("x"), "mode", "plain", "max_tokens", 1);
        try (var clients = Executors.newFixedThreadPool(CROWD)) {
            var crowd = IntStream.range(0, CROWD)
                    .mapToObj(_ -> clients.submit(
                            () -> alice.post("/generate", story).extract().response()))
                    .toList();
            Eventually.until(() -> crowd.stream().anyMatch(Future::isDone));

            for (var i = 0; i < 3; i++) {
                bob.post("/generate", question).statusCode(200);
            }

            assertThat(crowd).anyMatch(one -> !one.isDone());
            var answers = crowd.stream().map(TenancyTest::response).toList();
            assertThat(answers.stream().map(Response::statusCode)).contains(200, 429);
            assertThat(answers).filteredOn(r -> r.statusCode() == 429).allSatisfy(r -> {
                assertThat(r.header("Retry-After")).isEqualTo("1");
                assertThat(r.jsonPath().getString("detail"))
                        // Of sixteen, half of what the other leaves.
                        .matches("[78] requests are at work or wait already, which is the limit for one caller");
            });
        }
    }

    private static Response response(Future<Response> one) {
        try {
            return one.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoeverMadeAnAdapterSeesIt() {
        var id = alice.makes("Write the plural of this word.");

        assertThat(alice.models()).contains(id);
        alice.request().get("/v1/models/{id}", id).then().statusCode(200);
        alice.request().get("/adapters/{id}", id).then().statusCode(200);
        assertThat(alice.answers(id)).hasSize(2);
        alice.post("/adapters/blend", Map.of("adapters", List.of(Map.of("id", id, "weight", 0.5))))
                .statusCode(201);
    }

    @Test
    void forOthersItIsAsUnknownAsOneThatNobodyMade() {
        var id = alice.makes("Name the colour of the thing.");

        assertThat(bob.models()).doesNotContain(id);
        List<Function<String, Response>> doors = List.of(
                name -> bob.request().get("/adapters/{id}", name),
                name -> bob.request().accept("application/zip").get("/adapters/{id}", name),
                name -> bob.request()
                        .header("If-None-Match", "\"" + name + "\"")
                        .get("/adapters/{id}", name),
                name -> bob.request().get("/v1/models/{id}", name),
                name -> bob.post("/generate", Map.of("adapter", name, "inputs", List.of("x"), "max_tokens", 2))
                        .extract()
                        .response(),
                name -> bob.post("/adapters/blend", Map.of("adapters", List.of(Map.of("id", name, "weight", 1))))
                        .extract()
                        .response(),
                name -> bob.post(
                                "/v1/chat/completions",
                                Map.of("model", name, "messages", List.of(Map.of("role", "user", "content", "x"))))
                        .extract()
                        .response(),
                name -> bob.post("/v1/completions", Map.of("model", name, "prompt", "x"))
                        .extract()
                        .response());
        for (var door : doors) {
            var theirs = door.apply(id);
            var nobodys = door.apply(UNKNOWN);

            assertThat(theirs.statusCode()).isEqualTo(404);
            assertThat(nobodys.statusCode()).isEqualTo(404);
            assertThat(theirs.asString().replace(id, UNKNOWN)).isEqualTo(nobodys.asString());
            assertThat(headers(theirs)).isEqualTo(headers(nobodys));
        }
    }

    private static Map<String, String> headers(Response response) {
        var headers = new TreeMap<String, String>();
        for (Header header : response.headers()) {
            headers.put(header.getName().toLowerCase(), header.getValue());
        }
        headers.remove("x-request-id");
        return headers;
    }

    @Test
    void nothingTellsThatSomebodyElseHasAskedTheSame() {
        var task = Map.of("description", "Write the plural form, " + UUID.randomUUID(), "examples", EXAMPLES);
        var body = new HashMap<String, Object>(
                Map.of("task", task, "inputs", List.of("dog"), "max_tokens", 4, "tune", Map.of("steps", 1)));

        var first = generated(alice, body);
        var second = generated(bob, body);

        for (var reply : List.of(first, second)) {
            assertThat(reply.getBoolean("adapter.cached")).isFalse();
            assertThat(reply.getFloat("timing_ms.fingerprint")).isPositive();
            assertThat(reply.getFloat("timing_ms.tune")).isPositive();
        }
        for (var field : List.of("outputs", "adapter", "selection", "tuning", "usage")) {
            // Where a prompt's cells lie in the memory changes the last digits of what is computed over them.
            assertThat(second.<Object>get(field))
                    .as(field)
                    .usingRecursiveComparison()
                    .withComparatorForType((a, b) -> Math.abs(a - b) < 0.2f ? 0 : Float.compare(a, b), Float.class)
                    .isEqualTo(first.get(field));
        }
        assertThat(generated(bob, body).getBoolean("adapter.cached")).isTrue();
        var id = first.getString("adapter.id");
        alice.request().get("/adapters/{id}", id).then().statusCode(200);
        bob.request().get("/adapters/{id}", id).then().statusCode(200);
    }

    private static JsonPath generated(Client caller, Map<String, Object> body) {
        return caller.post("/generate", body).statusCode(200).extract().jsonPath();
    }

    @Test
    void everyCallerGivesAnUploadItsOwnDescription() {
        var file = file(0.5f);
        var id = alice.uploads(file, "Write the plural of the word.")
                .statusCode(201)
                .extract()
                .<String>path("id");
        var answers = alice.answers(id);

        bob.request().get("/adapters/{id}", id).then().statusCode(404);
        bob.uploads(file, "Answer with a long poem about this:")
                .statusCode(201)
                .body("cached", equalTo(false))
                .body("id", equalTo(id));

        assertThat(alice.answers(id)).isEqualTo(answers);
        assertThat(bob.answers(id)).isNotEqualTo(answers);
        alice.uploads(file, "").statusCode(200).body("cached", equalTo(true));
    }

    @Test
    void sumsAreForWhoeverMadeThem() {
        var mine = alice.makes("Say it in capitals.");
        var theirs = bob.makes("Say it backwards.");
        var sum = alice.post("/adapters/blend", Map.of("adapters", List.of(Map.of("id", mine, "weight", 0.7))))
                .statusCode(201)
                .extract()
                .<String>path("id");

        bob.request().get("/adapters/{id}", sum).then().statusCode(404);
        alice.post(
                        "/adapters/blend",
                        Map.of(
                                "adapters",
                                List.of(Map.of("id", mine, "weight", 0.5), Map.of("id", theirs, "weight", 0.5))))
                .statusCode(404);
    }

    @Test
    void aCallerTakesItsOwnAdapterAwayAndNobodyElses() {
        var id = alice.makes("Write it in small letters.");
        bob.request().delete("/adapters/{id}", id).then().statusCode(404);
        assertThat(bob.makes("Write it in small letters.")).isEqualTo(id);

        bob.request().delete("/adapters/{id}", id).then().statusCode(204);

        bob.request().delete("/adapters/{id}", id).then().statusCode(404);
        bob.request().get("/adapters/{id}", id).then().statusCode(404);
        assertThat(bob.models()).doesNotContain(id);
        alice.request().get("/adapters/{id}", id).then().statusCode(200);
        assertThat(alice.models()).contains(id);
    }

    @Test
    void aFunctionOfSomebodyElseIsAsUnknownAsOneThatNobodyDefined() {
        var name = "f" + UUID.randomUUID();
        var nobodys = "f" + UUID.randomUUID();
        var definition = Map.of("task", Map.of("description", "How urgent is it?"), "labels", List.of("now", "later"));
        alice.defines(name, definition).statusCode(201).body("version", equalTo(1));

        List<Function<String, Response>> doors = List.of(
                n -> bob.request().get("/functions/{name}", n),
                n -> bob.request().get("/functions/{name}", n + "@1"),
                n -> bob.request().delete("/functions/{name}", n),
                n -> bob.request().delete("/functions/{name}", n + "@1"),
                n -> bob.calls(n).extract().response(),
                n -> bob.calls(n + "@1").extract().response(),
                n -> bob.request().get("/v1/models/{id}", n),
                n -> bob.request().get("/v1/models/{id}", n + "@1"),
                n -> bob.post(
                                "/v1/chat/completions",
                                Map.of("model", n, "messages", List.of(Map.of("role", "user", "content", "x"))))
                        .extract()
                        .response(),
                n -> bob.post("/v1/completions", Map.of("model", n + "@1", "prompt", "x"))
                        .extract()
                        .response());
        for (var door : doors) {
            var theirs = door.apply(name);
            var unknown = door.apply(nobodys);

            assertThat(theirs.statusCode()).isEqualTo(404);
            assertThat(theirs.asString().replace(name, nobodys)).isEqualTo(unknown.asString());
            assertThat(headers(theirs)).isEqualTo(headers(unknown));
        }
        bob.request().get("/functions").then().statusCode(200).body("functions", equalTo(List.of()));
        assertThat(bob.models()).doesNotContain(name);
        assertThat(alice.models()).contains(name);
        // Nor does it take the number of another's.
        bob.defines(name, definition).statusCode(201).body("version", equalTo(1));
        bob.request().delete("/functions/{name}", name).then().statusCode(204);
        alice.calls(name).statusCode(200).body("function", equalTo(name + "@1"));
        alice.request().get("/functions").then().body("functions.name", equalTo(List.of(name)));
    }

    @Test
    void aJobOfSomebodyElseIsAsUnknownAsOneThatNobodySubmitted() {
        var nobodys = UUID.randomUUID().toString().replace("-", "");
        var id = alice.post(
                        "/jobs",
                        Map.of("task", Map.of("description", "Say it."), "inputs", List.of("x"), "mode", "plain"))
                .statusCode(202)
                .extract()
                .<String>path("id");

        List<Function<String, Response>> doors = List.of(
                job -> bob.request().get("/jobs/{id}", job),
                job -> bob.request().get("/jobs/{id}/results", job),
                job -> bob.request().post("/jobs/{id}/cancel", job),
                job -> bob.request().delete("/jobs/{id}", job));
        for (var door : doors) {
            var theirs = door.apply(id);
            var unknown = door.apply(nobodys);

            assertThat(theirs.statusCode()).isEqualTo(404);
            assertThat(theirs.asString().replace(id, nobodys)).isEqualTo(unknown.asString());
            assertThat(headers(theirs)).isEqualTo(headers(unknown));
        }
        alice.request().get("/jobs/{id}", id).then().statusCode(200);
        alice.request()
                .get("/jobs")
                .then()
                .body("jobs.id", equalTo(List.of(id)))
                .body("total", equalTo(1));
        bob.request().get("/jobs").then().body("jobs", equalTo(List.of())).body("total", equalTo(0));
    }

    @Test
    void whatLiesInABucketIsAnsweredForWhoeverMaySendEvents() throws Exception {
        var bucket = Path.of(Token.setting(SharedInstallation.BUCKET));
        Files.createDirectories(bucket.resolve("tasks"));
        Files.writeString(bucket.resolve("tasks/inputs.jsonl"), "\"x\"");
        var body = Map.of(
                "task",
                Map.of("description", "Say it."),
                "mode",
                "plain",
                "max_tokens",
                2,
                "source",
                Map.of("bucket", "file:" + bucket, "key", "tasks/inputs.jsonl"));

        alice.post("/jobs", body)
                .statusCode(403)
                .body("type", equalTo("urn:icm-lora:problem:missing-role"))
                .body("detail", containsString("the role events"));
        // Nor does it tell whether the object is there.
        alice.post("/jobs", with(body, "source", Map.of("bucket", "file:" + bucket, "key", "tasks/nobodys.jsonl")))
                .statusCode(403);
        var id = given().header("Authorization", "Bearer " + SharedInstallation.KEY)
                .contentType(ContentType.JSON)
                .body(body)
                .post("/jobs")
                .then()
                .statusCode(202)
                .extract()
                .<String>path("id");
        alice.request().get("/jobs/{id}", id).then().statusCode(404);
    }

    @Test
    void aChatMakesAnAdapterForItsCallerOnly() {
        var body = Map.of(
                "model", alice.models().getFirst(),
                "messages", List.of(Map.of("role", "user", "content", "dog")),
                "max_tokens", 2,
                "task", Map.of("description", "Write the plural, shortly."));
        var id = alice.post("/v1/chat/completions", body)
                .statusCode(200)
                .extract()
                .<String>path("model");

        assertThat(alice.models()).contains(id);
        assertThat(bob.models()).doesNotContain(id);
        bob.post("/v1/chat/completions", body)
                .statusCode(200)
                .body("model", equalTo(id))
                .body("icm_lora.timing_ms.fingerprint", greaterThan(0f));
    }

    @Test
    void aNameIsNotTheSameAsASubject() {
        var id = new Client().makes("Count the letters.");
        var withKey = given().header("Authorization", "Bearer " + SharedInstallation.KEY_OF_ALICE);
        var subject = given().header("Authorization", "Bearer " + Token.of("alice"));
        var made = withKey.contentType(ContentType.JSON)
                .body(Map.of("task", Map.of("description", "Count the words.")))
                .post("/adapter")
                .then()
                .statusCode(200)
                .extract()
                .<String>path("id");

        subject.get("/v1/models").then().body("data.id", everyItem(not(equalTo(made))));
        given().header("Authorization", "Bearer " + SharedInstallation.KEY_OF_ALICE)
                .get("/v1/models")
                .then()
                .body("data.id", hasItem(made))
                .body("data.id", not(hasItem(id)));
    }

    @Test
    void adaptersOfTaskFilesBelongToNobody() throws Exception {
        var bucket = Path.of(Token.setting(SharedInstallation.BUCKET));
        var mine = alice.makes("Write it twice.");
        task(
                bucket,
                "own.json",
                "{\"task\": {\"description\": \"Write it thrice.\"}, \"inputs\": [\"x\"], "
                        + "\"mode\": \"adapter\", \"max_tokens\": 2}");
        task(bucket, "named.json", "{\"adapter\": \"" + mine + "\", \"inputs\": [\"x\"], \"max_tokens\": 2}");

        var summary = JsonPath.from(bucket.resolve("results/own.summary.json").toFile());
        var id = summary.getString("adapter");
        assertThat(bucket.resolve(summary.getString("adapter_file"))).isNotEmptyFile();
        alice.request().get("/adapters/{id}", id).then().statusCode(404);
        assertThat(alice.models()).doesNotContain(id);
        // And a task file cannot use a caller's.
        assertThat(JsonPath.from(bucket.resolve("results/named.error.json").toFile())
                        .getString("type"))
                .isEqualTo("urn:icm-lora:problem:unknown-adapter");
    }

    private void task(Path bucket, String name, String body) throws Exception {
        Files.createDirectories(bucket.resolve("tasks"));
        Files.write(bucket.resolve("tasks").resolve(name), body.getBytes(UTF_8));
        given().header("Authorization", "Bearer " + Token.of(SharedInstallation.SENDER))
                .header("ce-specversion", "1.0")
                .header("ce-id", name)
                .header("ce-source", "urn:test")
                .header("ce-type", "dev.icmlora.task.submitted")
                .contentType(ContentType.JSON)
                .body(Map.of("bucket", "file:" + bucket, "key", "tasks/" + name))
                .post("/")
                .then()
                .statusCode(204);
    }

    /// Or, with tokens, one caller.
    @Test
    void oneTenantLeavesDownloadsToOthers() throws IOException {
        var id = alice.makes("Take the sun down.");
        var hers = new ArrayList<Socket>();
        try {
            do {
                hers.add(alice.asksForAndDoesNotRead("/adapters/" + id));
            } while (new String(hers.getLast().getInputStream().readNBytes(12), UTF_8).equals("HTTP/1.1 200"));
            assertThat(hers).hasSizeBetween(2, 17);

            bob.request().get("/v1/models").then().statusCode(200);
        } finally {
            for (var socket : hers) {
                socket.close();
            }
        }
    }

    @Test
    void anIdOfAnAnswerIsGoodForItsTenantAlone() {
        var definition = Map.of("task", Map.of("description", "Which is it?"), "labels", List.of("food", "vehicle"));
        for (var client : List.of(alice, bob)) {
            client.request()
                    .contentType(ContentType.JSON)
                    .body(definition)
                    .put("/functions/sorting")
                    .then()
                    .statusCode(201);
        }
        String id = alice.post(
                        "/generate",
                        Map.of("task", Map.of("function", "sorting"), "inputs", List.of("a bus"), "mode", "plain"))
                .statusCode(200)
                .extract()
                .path("ids[0]");
        var correction = Map.of("id", id, "input", "a bus", "output", "vehicle");

        bob.post("/functions/sorting/feedback", correction)
                .statusCode(400)
                .body("errors[0].field", equalTo("/id"))
                .body("errors[0].message", containsString("is no id of an answer that you had here"));
        alice.post("/functions/sorting/feedback", correction).statusCode(200).body("feedback", equalTo(1));
        bob.post("/functions/sorting/feedback", Map.of("input", "a bus", "output", "food"))
                .statusCode(200)
                .body("feedback", equalTo(1))
                .body("contradictions.size()", equalTo(0));
    }
}
