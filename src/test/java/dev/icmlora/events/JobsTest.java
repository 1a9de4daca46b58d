package dev.icmlora.events;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.outputs;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;
import dev.icmlora.function.TestBucket;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.storage.local.LocalStore;

/// Requests that are answered in the background.
@Tag("slow")
@QuarkusTest
class JobsTest {

    @TestHTTPResource("/")
    URI function;

    private static final Path BUCKET = TestBucket.FOLDER;
    private static final Path EVENTS = TestBucket.EVENTS;
    private static final String UNKNOWN = "00000000000000000000000000000000";

    private static String submitted(Map<String, Object> body) {
        return post("/jobs", body)
                .statusCode(202)
                .header("Location", matchesRegex("/jobs/[0-9a-f]{32}"))
                .body("state", equalTo("open"))
                .extract()
                .path("id");
    }

    private static ValidatableResponse status(String id) {
        return given().get("/jobs/{id}", id).then();
    }

    private static ValidatableResponse cancel(String id) {
        return given().post("/jobs/{id}/cancel", id).then();
    }

    /// Until somebody has dealt with the job.
    private static ValidatableResponse ended(String id) {
        Eventually.until(
                () -> !status(id).statusCode(200).extract().path("state").equals("open"));
        return status(id);
    }

    private static List<JsonNode> results(String id) {
        var lines = given().get("/jobs/{id}/results", id)
                .then()
                .statusCode(200)
                .contentType("application/jsonl")
                .extract()
                .asString();
        return Arrays.stream(lines.split("\n")).map(Requests::json).toList();
    }

    private static String[] inputs(int count) {
        return Collections.nCopies(count, "a very long story of").toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "adapter", "tuned"})
    void theAnswersAreThoseOfTheRequest(String mode) {
        var request = with(with(body(plurals(), "dog", "knife", "bus"), "mode", mode), "max_tokens", 4);
        if (mode.equals("tuned")) {
            request = with(request, "tune", Map.of("steps", 1));
        }
        var expected = outputs(request);

        var id = submitted(request);

        ended(id)
                .body("state", equalTo("completed"))
                .body("inputs", equalTo(3))
                .body("done", equalTo(3))
                .body("answered", equalTo(3))
                .body("failed", equalTo(0))
                .body("error", nullValue());
        assertThat(results(id)).extracting(line -> line.get("output").asText()).isEqualTo(expected);
        assertThat(results(id)).extracting(line -> line.get("index").asInt()).containsExactly(0, 1, 2);
        assertThat(results(id)).extracting(line -> line.get("input").asText()).containsExactly("dog", "knife", "bus");
    }

    @Test
    void aJobKeepsItsRisk() {
        var labelled = with(with(body(plurals(), "dog", "bus"), "mode", "plain"), "labels", List.of("one", "two"));

        var id = submitted(with(labelled, "abstain_below", Map.of("risk", 0.1)));

        ended(id)
                .body("state", equalTo("completed"))
                .body("answered", equalTo(2))
                .body("abstained", equalTo(2));
        assertThat(results(id))
                .extracting(line -> line.get("reason").asText())
                .allSatisfy(reason -> assertThat(reason).contains("is not calibrated"));
    }

    /// More than an adapter is generated from. So long an answer leaves no room for them in the prompt, where it
    /// would take time to read them.
    @Test
    void modeAutoTakesAsManyExamplesAsInARequest() {
        var examples = IntStream.range(0, 65)
                .mapToObj(i -> Map.of("input", "a" + i, "output", "b"))
                .toList();
        var request = with(body(task("Write the plural.", examples), "dog", "bus"), "tune", Map.of("when", "never"));
        request = with(with(with(request, "mode", "auto"), "max_tokens", 3600), "stop", List.of(" "));
        var expected = outputs(request);

        var id = submitted(request);

        ended(id).body("state", equalTo("completed")).body("answered", equalTo(2));
        assertThat(results(id)).extracting(line -> line.get("output").asText()).isEqualTo(expected);
    }

    @Test
    void anInputThatCannotBeAnsweredCostsItsOwnAnswer() {
        var id = submitted(with(body(plurals(), "dog", "", "bus"), "mode", "plain"));

        ended(id)
                .body("state", equalTo("completed"))
                .body("answered", equalTo(2))
                .body("failed", equalTo(1));
        assertThat(results(id).get(1).get("error").asText()).isEqualTo("/inputs/1 must not be empty");
    }

    @Test
    void aJobKeepsTheVersionThatWasTheNewest() {
        var name = "f" + UUID.randomUUID();
        for (var labels : List.of(List.of("one", "two"), List.of("red", "green"))) {
            given().contentType(ContentType.JSON)
                    .body(Map.of("task", task("Which?", List.of()), "labels", labels))
                    .put("/functions/{name}", name)
                    .then()
                    .statusCode(201);
        }
        var id = submitted(with(body(Map.of("function", name), "x", "y"), "mode", "plain"));
        given().delete("/functions/{name}", name).then().statusCode(204);

        ended(id).body("state", equalTo("completed")).body("function", equalTo(name + "@2"));
        assertThat(results(id))
                .allSatisfy(line -> assertThat(line.get("output").asText()).isIn("red", "green"));
        post("/jobs", with(body(Map.of("function", name), "x"), "mode", "plain"))
                .statusCode(404);
    }

    @Test
    void whatNoAnswerCouldComeToIsRefused() {
        post("/jobs", body(plurals()))
                .statusCode(400)
                .body("errors[0].field", equalTo("/inputs"))
                .body("errors[0].limit", equalTo(1))
                .body("errors[0].value", equalTo(0));
        // The test's limit.
        post("/jobs", body(plurals(), inputs(51)))
                .statusCode(400)
                .body("errors[0].field", equalTo("/inputs"))
                .body("errors[0].limit", equalTo(50))
                .body("errors[0].value", equalTo(51));
        post("/jobs", with(body(plurals(), "x"), "inputs", Arrays.asList("x", null)))
                .statusCode(400)
                .body("errors[0].field", equalTo("/inputs/1"));
        post("/jobs", with(body(plurals(), "x"), "max_tokens", 0))
                .statusCode(400)
                .body("errors[0].field", equalTo("/max_tokens"));
        post("/jobs", with(body(plurals(), "x"), "modus", 0)).statusCode(400);
        given().contentType("text/plain").body("x").post("/jobs").then().statusCode(415);
    }

    @Test
    void whatOnlyShowsWhenItIsWorkedOnFailsTheJob() {
        // Each digit is a token.
        var examples = Collections.nCopies(6, Map.of("input", "7".repeat(2000), "output", "7"));

        var id = submitted(body(task("Write the first digit.", examples), "x"));

        ended(id)
                .body("state", equalTo("failed"))
                .body("error.status", equalTo(400))
                .body("error.errors[0].field", equalTo("/task"));
        given().get("/jobs/{id}/results", id).then().statusCode(409);
        cancel(id).statusCode(409).body("detail", containsString("is failed"));
    }

    private static Map<String, Object> by(String adapter) {
        return with(with(body(plurals(), "dog"), "task", null), "adapter", adapter);
    }

    @Test
    void anAdapterThatNobodyKnowsIsRefused() {
        post("/jobs", by("sha256:" + "0".repeat(64)))
                .statusCode(404)
                .body("type", equalTo("urn:icm-lora:problem:unknown-adapter"));
    }

    /// As on an instance that has not made it.
    @Test
    void aJobWaitsForAnAdapterThatWasKnownWhenItCame() throws Exception {
        var making = Map.of("task", task("Write the plural of " + UUID.randomUUID(), List.of()));
        var adapter = post("/adapter", making).statusCode(200).extract().<String>path("id");
        var busy = takingAllPlaces();
        var id = submitted(by(adapter));
        given().delete("/adapters/{id}", adapter).then().statusCode(204);
        busy.forEach(each -> cancel(each).statusCode(200));
        busy.forEach(JobsTest::deleted);

        ended(submitted(with(body(plurals(), "dog"), "mode", "plain")));
        status(id).body("state", equalTo("open"));

        post("/adapter", making).statusCode(200).body("id", equalTo(adapter));
        // With another job, those that wait are looked at again.
        submitted(with(body(plurals(), "dog"), "mode", "plain"));
        ended(id).body("state", equalTo("completed")).body("answered", equalTo(1));
    }

    /// What nobody reads takes no more than its place.
    @Test
    void resultsAreDownloadedByFewAtOnce() throws Exception {
        var id = submitted(with(body(plurals(), "dog"), "mode", "plain"));
        ended(id).body("state", equalTo("completed"));
        given().head("/jobs/{id}/results", id).then().statusCode(200);
        given().header("Range", "bytes=1-7")
                .get("/jobs/{id}/results", id)
                .then()
                .statusCode(206)
                .header("Content-Length", equalTo("7"))
                .body(equalTo("\"index\""));
        try (var file = new RandomAccessFile(
                BUCKET.resolve("jobs/shared")
                        .resolve(id)
                        .resolve("results.jsonl")
                        .toFile(),
                "rw")) {
            file.setLength(64 << 20);
        }
        var asking = "GET /jobs/%s/results HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(id)
                .getBytes(US_ASCII);
        var readers = new ArrayList<Socket>();
        try {
            while (readers.size() < 32) {
                // The place of a request before is free a little after its answer.
                Eventually.until(() -> {
                    readers.add(new Socket(function.getHost(), function.getPort()));
                    if (statusOf(readers.getLast(), asking).equals("HTTP/1.1 200")) {
                        return true;
                    }
                    readers.removeLast().close();
                    return false;
                });
            }
            try (var another = new Socket(function.getHost(), function.getPort())) {
                assertThat(statusOf(another, asking)).isEqualTo("HTTP/1.1 429");
            }
        } finally {
            for (var reader : readers) {
                reader.close();
            }
        }
        Eventually.until(() -> given().head("/jobs/{id}/results", id).statusCode() == 200);
        deleted(id);
    }

    /// As far as the status. What follows is not read.
    private static String statusOf(Socket socket, byte[] asking) throws IOException {
        socket.getOutputStream().write(asking);
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), US_ASCII);
    }

    @Test
    void aCancelledJobEndsAndStaysCancelled() throws Exception {
        var id = submitted(with(with(body(plurals(), inputs(50)), "mode", "plain"), "max_tokens", 32));

        for (var i = 0; i < 2; i++) {
            cancel(id).statusCode(200).body("state", equalTo("cancelled")).body("done", nullValue());
        }

        given().get("/jobs/{id}/results", id)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:icm-lora:problem:job-state"));
        deleted(id);
        status(id).statusCode(404);
        assertThat(BUCKET.resolve("jobs/shared").resolve(id)).doesNotExist();
    }

    /// What was begun of its answers is given up, instead of computed to the end.
    @Test
    void theAnswersOfACancelledJobAreNotWaitedFor() throws Exception {
        var before = cancelledAnswers();
        var id = submitted(with(with(body(plurals(), inputs(32)), "mode", "plain"), "max_tokens", 256));
        awaitWork(id);
        Eventually.until(() ->
                given().get("/q/health/live").<Integer>path("checks.find { it.name == 'worker threads' }.data.busy")
                        > 0);

        cancel(id).statusCode(200);

        deleted(id);
        assertThat(cancelledAnswers()).isGreaterThan(before);
    }

    private static double cancelledAnswers() {
        var line = "icm_lora_request_seconds_count{operation=\"generate\",outcome=\"cancelled\"} ";
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(each -> each.startsWith(line))
                .mapToDouble(
                        each -> Double.parseDouble(each.substring(line.length()).split(" ")[0]))
                .sum();
    }

    @Test
    void ofManyJobsAtOnceNoMoreAreTakenThanMayBeOpen(@TempDir Path folder) throws Exception {
        var store = new JobStore(new LocalStore(folder), new ObjectMapper());
        var slots = Collections.synchronizedList(new ArrayList<StoredObject>());
        for (var round = 0; round < 2; round++) {
            var refused = new AtomicInteger();
            Callable<Void> taker = () -> {
                try {
                    slots.add(store.takeSlot(JobStore.JobId.next(Tenant.SHARED)));
                } catch (RequestException e) {
                    e.unless(RequestException.Kind.QUEUE_FULL);
                    refused.incrementAndGet();
                }
                return null;
            };
            try (var takers = Executors.newVirtualThreadPerTaskExecutor()) {
                takers.invokeAll(Collections.nCopies(40, taker)).forEach(Future::resultNow);
            }

            assertThat(slots)
                    .extracting(StoredObject::key)
                    .doesNotHaveDuplicates()
                    .hasSizeLessThanOrEqualTo(16);
            assertThat(refused).hasValue(40 - slots.size());
            while (slots.size() < 16) {
                slots.add(store.takeSlot(JobStore.JobId.next(Tenant.SHARED)));
            }
            // Twice: the second time they are none of these jobs' any more.
            slots.forEach(store::freeSlot);
            slots.forEach(store::freeSlot);
            slots.clear();
        }
    }

    @Test
    void jobsThatNobodyDeletesDoNotFillTheBucket() throws Exception {
        var folder = Files.createDirectories(BUCKET.resolve("jobs/shared/" + UNKNOWN));
        var filler = folder.resolve("results.jsonl");
        try (var file = new RandomAccessFile(filler.toFile(), "rw")) {
            file.setLength((256 << 20) + 1);
            post("/jobs", body(plurals(), "x"))
                    .statusCode(507)
                    .body("type", equalTo("urn:icm-lora:problem:storage-full"))
                    .body("title", equalTo("There is no room for another job"));
        } finally {
            Files.delete(filler);
        }
    }

    /// A listing of all of them has to fit into memory.
    @Test
    void smallJobsThatNobodyDeletesDoNotFillTheMemory() throws Exception {
        var folders = IntStream.range(0, 2000)
                .mapToObj(i -> BUCKET.resolve("jobs/shared/%032x".formatted(i)))
                .toList();
        try {
            for (var folder : folders) {
                Files.createFile(Files.createDirectories(folder).resolve("state.json"));
            }

            post("/jobs", body(plurals(), "x")).statusCode(507).body("detail", containsString("2000 jobs"));
        } finally {
            for (var folder : folders) {
                Files.deleteIfExists(folder.resolve("state.json"));
                Files.deleteIfExists(folder);
            }
        }
    }

    /// A request whose inputs lie in an object.
    private static Map<String, Object> over(String bucket, String key) {
        var request = with(with(body(plurals(), "x"), "mode", "plain"), "inputs", null);
        return with(request, "source", Map.of("bucket", bucket, "key", key));
    }

    private static Map<String, Object> over(String key) {
        return over("file:" + EVENTS, key);
    }

    /// @return its key
    private static String object(String content) throws Exception {
        var key = "tasks/j" + UUID.randomUUID() + ".jsonl";
        Files.createDirectories(EVENTS.resolve("tasks"));
        Files.writeString(EVENTS.resolve(key), content);
        return key;
    }

    private static String object(int lines) throws Exception {
        return object("\"a very long story of\"\n".repeat(lines));
    }

    @Test
    void theInputsMayLieInAnObject() throws Exception {
        var expected = outputs(with(body(plurals(), "dog", "knife", "bus"), "mode", "plain"));
        var key = object("\"dog\"\n{\"input\": \"knife\"}\n\n\"bus\"");

        var id = submitted(over(key));

        status(id).body("inputs", equalTo(3));
        ended(id)
                .body("state", equalTo("completed"))
                .body("answered", equalTo(3))
                .body("failed", equalTo(0));
        assertThat(results(id)).extracting(line -> line.get("output").asText()).isEqualTo(expected);
        assertThat(results(id)).extracting(line -> line.get("index").asInt()).containsExactly(0, 1, 2);
        assertThat(results(id)).extracting(line -> line.get("input").asText()).containsExactly("dog", "knife", "bus");
        deleted(id);
        assertThat(EVENTS.resolve(key)).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tasks/nobody wrote this.jsonl",
                "tasks/../secret.jsonl",
                "tasks/./a.jsonl",
                "tasks//a.jsonl",
                "tasks/.jsonl",
                "tasks/a.json",
                "tasks/a.parts/b.jsonl",
                "tasks/a\u0000.jsonl",
                "tasks/a\\b.jsonl",
                "tasks.jsonl",
                "../events-bucket/tasks/a.jsonl",
                "/etc/passwd",
                "results/a.jsonl",
                ".icm-lora/lock",
                "tasks/link.jsonl",
                "tasks/folder.jsonl",
                "tasks/elsewhere/secret.jsonl",
                ""
            })
    void nothingButTheInputsOfTaskFilesIsRead(String key) throws Exception {
        var outside = Files.createDirectories(BUCKET.resolve("outside"));
        Files.writeString(outside.resolve("secret.jsonl"), "\"secret\"");
        Files.createDirectories(EVENTS.resolve("tasks/folder.jsonl"));
        link("link.jsonl", outside.resolve("secret.jsonl"));
        link("elsewhere", outside);

        post("/jobs", over(key))
                .statusCode(400)
                .body("errors[0].field", equalTo("/source/key"))
                .body("errors.message", not(hasItem(containsString(outside.toString()))));
    }

    private static void link(String name, Path target) throws Exception {
        var link = EVENTS.resolve("tasks").resolve(name);
        if (!Files.isSymbolicLink(link)) {
            Files.createSymbolicLink(link, target.toAbsolutePath());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:/etc",
                "file:/",
                "file:/a\u0000",
                "gs://bucket",
                "s3://bucket",
                "s3://a/b",
                "az://account/container",
                "ftp://bucket",
                "tasks",
                ""
            })
    void noBucketButThoseOfEventsIsRead(String bucket) throws Exception {
        var key = object(1);

        post("/jobs", over(bucket, key)).statusCode(400).body("errors[0].field", equalTo("/source/bucket"));
        post("/jobs", over("file:" + EVENTS.resolve("tasks"), key))
                .statusCode(400)
                .body("errors[0].field", equalTo("/source/bucket"))
                .body("errors[0].message", containsString("ICM_LORA_EVENTS_BUCKETS"));
    }

    @Test
    void anObjectThatHoldsNoInputsIsRefused() throws Exception {
        // The test's limits.
        post("/jobs", over(object(51)))
                .statusCode(400)
                .body("errors[0].field", equalTo("/source/key"))
                .body("errors[0].limit", equalTo(50));
        post("/jobs", over(object("\"" + "x".repeat(1 << 16) + "\"")))
                .statusCode(400)
                .body("errors[0].limit", equalTo(1 << 16))
                .body("errors[0].value", equalTo((1 << 16) + 2));
        for (var content :
                List.of("", "\n\n", "\"a\"\n7", "\"a\"\n{\"inputs\": \"b\"}", "\"a\"\nb", "\"a", "[\"a\"]")) {
            var key = object(content);
            post("/jobs", over(key))
                    .statusCode(400)
                    .body("errors[0].field", equalTo("/source/key"))
                    .body("errors[0].message", containsString(key));
        }
    }

    @Test
    void aSourceStandsAloneAndSaysWhereItIs() throws Exception {
        var request = over(object(1));
        post("/jobs", with(request, "inputs", List.of("x")))
                .statusCode(400)
                .body("errors[0].field", equalTo("/inputs"))
                .body("errors[0].message", containsString("beside /source"));
        post("/jobs", with(request, "source", null)).statusCode(400).body("errors[0].field", equalTo("/inputs"));
        for (var source : List.of("x", 7, List.of())) {
            post("/jobs", with(request, "source", source)).statusCode(400).body("errors[0].field", equalTo("/source"));
        }
        post("/jobs", with(request, "source", Map.of()))
                .statusCode(400)
                .body("errors.field", hasItems("/source/bucket", "/source/key"));
        post("/jobs", with(request, "source", Map.of("bucket", "file:/", "key", 7.5, "version", "1")))
                .statusCode(400);
        post("/jobs", with(request, "source", Map.of("version", "1")))
                .statusCode(400)
                .body("errors[0].field", equalTo("/source/version"));
        post("/generate", with(request, "inputs", List.of("x"))).statusCode(400);
    }

    /// With all places taken, nobody has begun when the object is replaced.
    @Test
    void whatTakesTheObjectsPlaceIsNotAnswered() throws Exception {
        var busy = takingAllPlaces();
        var key = object(1);
        var id = submitted(over(key));

        Files.writeString(EVENTS.resolve(key), "\"something else, and more of it\"");

        busy.forEach(each -> cancel(each).statusCode(200));
        ended(id)
                .body("state", equalTo("failed"))
                .body("error.status", equalTo(400))
                .body("error.errors[0].field", equalTo("/source/key"))
                .body("error.detail", containsString("was replaced or deleted"));
    }

    /// Jobs of which an instance works on no more, and which take long.
    private static List<String> takingAllPlaces() {
        return IntStream.range(0, 4)
                .mapToObj(_ -> {
                    var id = submitted(with(with(body(plurals(), inputs(50)), "mode", "plain"), "max_tokens", 8));
                    awaitWork(id);
                    return id;
                })
                .toList();
    }

    private static void awaitWork(String id) {
        var state = BUCKET.resolve("jobs/shared").resolve(id).resolve("state.json");
        Eventually.until(() -> Requests.json(Files.readString(state)).has("holder"));
    }

    /// As soon as nobody works on it any more.
    private static void deleted(String id) {
        Eventually.until(() -> {
            var status = given().delete("/jobs/{id}", id).statusCode();
            assertThat(status).isIn(204, 409);
            return status == 204;
        });
    }

    @Test
    void aCompletedJobCannotBeCancelledAndIsThereUntilItIsDeleted() {
        var id = submitted(with(body(plurals(), "dog"), "mode", "plain"));
        ended(id).body("state", equalTo("completed"));

        cancel(id).statusCode(409).body("detail", containsString("is completed"));

        assertThat(results(id)).hasSize(1);
        deleted(id);
        for (var gone : List.of(
                status(id),
                cancel(id),
                given().get("/jobs/{id}/results", id).then(),
                given().delete("/jobs/{id}", id).then())) {
            gone.statusCode(404).body("type", equalTo("urn:icm-lora:problem:unknown-job"));
        }
    }

    @Test
    void theNewestJobsAreListedFirst() {
        var ids = Stream.of("dog", "knife", "bus")
                .map(input -> submitted(with(body(plurals(), input), "mode", "plain")))
                .toList();
        // What has begun of it keeps its place only for a moment.
        var cancelled = submitted(with(with(body(plurals(), inputs(50)), "mode", "plain"), "max_tokens", 1));
        cancel(cancelled).statusCode(200);
        ended(ids.getLast());

        var total = given().get("/jobs")
                .then()
                .statusCode(200)
                .body("jobs.id", hasItems(ids.toArray()))
                .extract()
                .<Integer>path("total");
        given().get("/jobs?limit=3")
                .then()
                .statusCode(200)
                .body("jobs.id", equalTo(List.of(cancelled, ids.get(2), ids.get(1))))
                .body("jobs[0].state", equalTo("cancelled"))
                .body("jobs[1].state", equalTo("completed"))
                .body("jobs[0].inputs", nullValue())
                .body("total", equalTo(total));
        ended(ids.getFirst());
        deleted(ids.getFirst());
        given().get("/jobs?limit=100")
                .then()
                .body("jobs.id", not(hasItem(ids.getFirst())))
                .body("total", equalTo(total - 1));
    }

    @Test
    void whatAnInstanceLeftThatWasKilledBeforeItTookTheJobIsNoJob() throws Exception {
        var folder = Files.createDirectories(BUCKET.resolve("jobs/shared/" + UNKNOWN));
        var task = Files.writeString(folder.resolve("task.json"), "{}");
        try {
            given().get("/jobs?limit=100").then().statusCode(200).body("jobs.id", not(hasItem(UNKNOWN)));
        } finally {
            Files.delete(task);
        }
    }

    @Test
    void whatAnInstanceLeftThatWasKilledGoesInAWhile() throws Exception {
        // By its id, it was taken in 1970.
        var job = new JobStore.JobId(Tenant.SHARED, UNKNOWN.replaceFirst("0$", "1"));
        var store = new LocalStore(BUCKET);
        store.write(job.keys().task(), Content.of(new byte[7]), Map.of(), new Condition.IfAbsent());
        var slot = new JobStore(store, new ObjectMapper()).takeSlot(job);

        // It wakes what looks for open jobs.
        deleted(ended(submitted(with(body(plurals(), "dog"), "mode", "plain")))
                .extract()
                .path("id"));

        Eventually.until(() -> store.find(slot.key()).orElseThrow().bytes() == 0);
        assertThat(store.find(job.keys().task())).isEmpty();
    }

    /// As after a version that writes more was rolled back. By its id, the job was taken in 1970.
    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null", "{\"state\":\"open\",\"version\":\"1\",\"of a newer version\":1}"})
    void aJobWhoseStateCannotBeReadIsKept(String content) throws Exception {
        var job = new JobStore.JobId(
                Tenant.SHARED,
                "0".repeat(12) + UUID.randomUUID().toString().replace("-", "").substring(12));
        var store = new LocalStore(BUCKET);
        for (var key : List.of(job.keys().task(), job.keys().state())) {
            store.write(key, Content.of(content.getBytes(US_ASCII)), Map.of(), new Condition.IfAbsent());
        }
        var before = unreadable();
        var slot = new JobStore(store, new ObjectMapper()).takeSlot(job);

        // It wakes what looks for open jobs.
        deleted(ended(submitted(with(body(plurals(), "dog"), "mode", "plain")))
                .extract()
                .path("id"));

        Eventually.until(() -> unreadable() == before + 1);
        status(job.id()).statusCode(503).body("detail", containsString("is kept"));
        cancel(job.id()).statusCode(503);
        given().get("/jobs/{id}/results", job.id()).then().statusCode(503);
        given().get("/jobs?limit=100").then().statusCode(200).body("jobs.id", not(hasItem(job.id())));
        assertThat(store.find(job.keys().task())).isPresent();
        assertThat(store.find(job.keys().state())).isPresent();
        assertThat(unreadable()).isEqualTo(before + 1);
        // Its client may do without it.
        given().delete("/jobs/{id}", job.id()).then().statusCode(204);
        status(job.id()).statusCode(404);
        assertThat(store.find(job.keys().task())).isEmpty();
        assertThat(store.find(slot.key()).orElseThrow().bytes()).isZero();
    }

    private static int unreadable() {
        var line = Pattern.compile("(?m)^icm_lora_unreadable_jobs_total (\\d+)")
                .matcher(given().get("/q/metrics").asString());
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }

    /// A store that takes no state of a job.
    private record Refusing(ObjectStore store) implements ObjectStore {

        @Override
        public Optional<StoredObject> find(String key) {
            return store.find(key);
        }

        @Override
        public InputStream read(StoredObject object) {
            return store.read(object);
        }

        @Override
        public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
            if (key.endsWith("/state.json")) {
                throw new StorageUnavailableException("an outage", null);
            }
            return store.write(key, content, metadata, condition);
        }

        @Override
        public void delete(String key) {
            store.delete(key);
        }

        @Override
        public List<StoredObject> list(String prefix) {
            return store.list(prefix);
        }
    }

    @Test
    void aJobThatCannotBeWrittenLeavesNothing(@TempDir Path folder) {
        var local = new LocalStore(folder);
        var store = new JobStore(new Refusing(local), new ObjectMapper());
        var request = Requests.JSON.convertValue(Map.of("inputs", List.of("dog")), GenerateRequest.class);
        for (var i = 0; i < 17; i++) {
            // No refusal for want of a slot.
            assertThatThrownBy(() -> store.add(
                            JobStore.JobId.next(Tenant.SHARED), request, () -> new TaskState.Job("", null, 1, null)))
                    .isInstanceOf(StorageUnavailableException.class);
        }

        assertThat(store.takenSlots(JobStore.SLOTS)).isEmpty();
        assertThat(store.kept(Tenant.SHARED).bytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "-1", "x", "", "1.5", "1e1", "99999999999999999999", "1&limit=2"})
    void aListHasALimit(String limit) {
        given().urlEncodingEnabled(false)
                .get("/jobs?limit=" + limit)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors[0].field", equalTo("limit"));
    }

    @ParameterizedTest
    @ValueSource(strings = {UNKNOWN, "x", "ABCDEF", "sha256:1", "a.b", "%2e%2e"})
    void whatIsNoJobIsNotKnown(String id) {
        status(id).statusCode(404);
        cancel(id).statusCode(404);
        given().get("/jobs/{id}/results", id).then().statusCode(404);
        given().delete("/jobs/{id}", id).then().statusCode(404);
    }

    @Test
    void everyPathTakesItsOwnMethods() {
        given().put("/jobs").then().statusCode(405).header("Allow", containsString("POST"));
        given().get("/jobs/{id}/cancel", UNKNOWN).then().statusCode(405);
        given().post("/jobs/{id}", UNKNOWN).then().statusCode(405);
        given().put("/jobs/{id}/results", UNKNOWN).then().statusCode(anyOf(equalTo(404), equalTo(405)));
    }
}
