package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;

/// A job whose instances are killed, one after the other.
class JobsIT {

    private static final int INPUTS = 24;
    /// Inputs that are answered and stored together.
    private static final int BATCH = 4;

    private static final int KILLS = 2;
    /// Half of a request's time is not enough for them on any machine.
    private static final int STEPS = 6;

    @TempDir
    Path folder;

    @TempDir
    Path bucket;

    @TempDir
    Path events;

    private FunctionProcess start(int instance, String... javaOptions) throws Exception {
        return FunctionProcess.start(
                Files.createDirectory(folder.resolve("instance" + instance)),
                Map.of(
                        "ICM_LORA_STORAGE_BUCKET",
                        "file:" + bucket,
                        "ICM_LORA_EVENTS_BUCKETS",
                        "file:" + events,
                        "ICM_LORA_EVENTS_LEASE",
                        "1s",
                        "ICM_LORA_EVENTS_BATCH",
                        Integer.toString(BATCH),
                        "ICM_LORA_EVENTS_CHECKPOINT_INPUTS",
                        Integer.toString(BATCH)),
                javaOptions);
    }

    /// Nothing of them is lost: what is not answered yet is answered by another instance, unless the job was cancelled.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswersOfAJobDoNotHoldUpTheStop(boolean isCancelled) throws Exception {
        try (var function = start(0, "-Dicm-lora.request-timeout=20m", "-Dicm-lora.events.batch=64")) {
            var address = function.awaitAddress();
            var id = given().contentType(ContentType.JSON)
                    .body(Map.of(
                            "task",
                            Map.of("description", "Write a very long story about the number."),
                            "inputs",
                            IntStream.range(0, 64).mapToObj(Integer::toString).toList(),
                            "mode",
                            "plain",
                            "max_tokens",
                            512))
                    .post(address + "/jobs")
                    .then()
                    .statusCode(202)
                    .extract()
                    .<String>path("id");
            ServingIT.awaitBusy(address);
            if (isCancelled) {
                given().post(address + "/jobs/" + id + "/cancel").then().statusCode(200);
            }

            assertThat(function.terminate()).isIn(0, 143);

            var state = Files.readString(bucket.resolve("jobs/shared/" + id + "/state.json"));
            assertThat(state).doesNotContain("holder");
        }
    }

    /// A million of them take more than the heap.
    @Test
    void anObjectIsNeverInMemoryAsAWhole() throws Exception {
        var million = 1_000_000;
        var padding = "x".repeat(200);
        var tasks = Files.createDirectory(events.resolve("tasks"));
        try (var lines = Files.newBufferedWriter(tasks.resolve("inputs.jsonl"))) {
            for (var i = 0; i < million; i++) {
                lines.write("\"" + i + " " + padding + "\"\n");
            }
        }
        try (var function = start(0, "-Xmx160m")) {
            var address = function.awaitAddress();
            var id = given().contentType(ContentType.JSON)
                    .body(Map.of(
                            "task", Map.of("description", "Say it."),
                            "mode", "plain",
                            "source", Map.of("bucket", "file:" + events, "key", "tasks/inputs.jsonl")))
                    .post(address + "/jobs")
                    .then()
                    .statusCode(202)
                    .body("inputs", equalTo(million))
                    .extract()
                    .<String>path("id");
            given().post(address + "/jobs/" + id + "/cancel")
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("cancelled"));
        }
    }

    @Test
    void aTuningThatTakesLongerThanARequestMayIsNotCutShort() throws Exception {
        var request = Map.of(
                "task",
                Map.of(
                        "description",
                        "Write it in capitals.",
                        "examples",
                        Stream.of("cat", "house", "river")
                                .map(word -> Map.of("input", word, "output", word.toUpperCase(Locale.ROOT)))
                                .toList()),
                "inputs",
                List.of("stone", "tree"),
                "mode",
                "tuned",
                "tune",
                Map.of("steps", STEPS),
                "max_tokens",
                4);
        try (var function = start(0, "-Dicm-lora.request-timeout=2s")) {
            var address = function.awaitAddress();
            var id = given().contentType(ContentType.JSON)
                    .body(request)
                    .post(address + "/jobs")
                    .then()
                    .statusCode(202)
                    .extract()
                    .<String>path("id");
            Eventually.until(
                    () -> !given().get(address + "/jobs/" + id).path("state").equals("open"));
            given().get(address + "/jobs/" + id)
                    .then()
                    .body("state", equalTo("completed"))
                    .body("answered", equalTo(2));

            given().contentType(ContentType.JSON)
                    .body(request)
                    .post(address + "/generate")
                    .then()
                    .statusCode(200)
                    .body("adapter.cached", equalTo(true))
                    .body("tuning.steps", equalTo(STEPS));
        }
    }

    private static int done(String address, String id) {
        return given().get(address + "/jobs/" + id)
                .then()
                .statusCode(200)
                .extract()
                .path("done");
    }

    private Map<String, Object> source(List<String> inputs) throws Exception {
        var lines = inputs.stream().map(input -> "\"" + input + "\"").toList();
        Files.write(Files.createDirectory(events.resolve("tasks")).resolve("inputs.jsonl"), lines);
        return Map.of("source", Map.of("bucket", "file:" + events, "key", "tasks/inputs.jsonl"));
    }

    private static String submitted(String address, Map<String, Object> inputs) {
        var request = new HashMap<>(inputs);
        request.put("task", Map.of("description", "Write a story about it."));
        request.put("mode", "plain");
        request.put("max_tokens", 8);
        return given().contentType(ContentType.JSON)
                .body(request)
                .post(address + "/jobs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    /// Of a job that has its inputs in the request, and of one that has them in an object.
    @Test
    void everyInputIsAnsweredOnceHoweverOftenAnInstanceIsKilled() throws Exception {
        var inputs = IntStream.range(0, INPUTS).mapToObj(i -> "number " + i).toList();
        var jobs = new ArrayList<String>();
        var stored = new HashMap<String, Integer>();
        for (var kill = 0; kill < KILLS; kill++) {
            try (var function = start(kill)) {
                var address = function.awaitAddress();
                if (jobs.isEmpty()) {
                    jobs.add(submitted(address, Map.of("inputs", inputs)));
                    jobs.add(submitted(address, source(inputs)));
                }
                for (var job : jobs) {
                    var now = done(address, job);
                    assertThat(now).isGreaterThanOrEqualTo(stored.getOrDefault(job, 0));
                    stored.put(job, Math.min(now + BATCH, INPUTS));
                }
                Eventually.until(() -> jobs.stream().allMatch(job -> done(address, job) >= stored.get(job)));
                function.kill();
            }
        }

        try (var last = start(KILLS)) {
            var address = last.awaitAddress();
            for (var job : jobs) {
                // What was stored is not answered again.
                assertThat(done(address, job)).isGreaterThanOrEqualTo(stored.get(job));
            }
            for (var job : jobs) {
                Eventually.until(() ->
                        !given().get(address + "/jobs/" + job).path("state").equals("open"));
                given().get(address + "/jobs/" + job)
                        .then()
                        .body("state", equalTo("completed"))
                        .body("answered", equalTo(INPUTS));
                var lines = given().get(address + "/jobs/" + job + "/results")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString()
                        .split("\n");
                assertThat(lines).hasSize(INPUTS);
                assertThat(Arrays.stream(lines).map(line -> JsonPath.from(line).getString("input")))
                        .containsExactlyElementsOf(inputs);
                assertThat(Arrays.stream(lines).map(line -> JsonPath.from(line).getInt("index")))
                        .containsExactlyElementsOf(
                                IntStream.range(0, INPUTS).boxed().toList());
            }
        }
        try (var left = Files.walk(bucket)) {
            var ofJob = List.of("task.json", "state.json", "results.jsonl", "summary.json");
            assertThat(left.filter(Files::isRegularFile)
                            // What the store keeps for itself: its lock, and a draft that a kill cut off.
                            .filter(file -> !bucket.relativize(file).startsWith(".icm-lora"))
                            .map(file -> file.getFileName().toString())
                            .toList())
                    .containsExactlyInAnyOrderElementsOf(Stream.of(List.of("00", "01"), ofJob, ofJob)
                            .flatMap(List::stream)
                            .toList());
        }
    }
}
