package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A job whose instances are killed, one after the other.
class JobsIT {

    private static final int INPUTS = 40;
    private static final int KILLS = 3;

    @TempDir
    Path folder;

    @TempDir
    Path bucket;

    private FunctionProcess start(int instance) throws Exception {
        return FunctionProcess.start(
                Files.createDirectory(folder.resolve("instance" + instance)),
                Map.of(
                        "ICM_LORA_STORAGE_BUCKET", "file:" + bucket,
                        "ICM_LORA_EVENTS_LEASE", "1s",
                        "ICM_LORA_EVENTS_BATCH", "4",
                        "ICM_LORA_EVENTS_CHECKPOINT_INPUTS", "4"));
    }

    private static int done(String address, String id) {
        return given().get(address + "/jobs/" + id)
                .then()
                .statusCode(200)
                .extract()
                .path("done");
    }

    @Test
    void everyInputIsAnsweredOnceHoweverOftenAnInstanceIsKilled() throws Exception {
        var inputs = IntStream.range(0, INPUTS).mapToObj(i -> "number " + i).toList();
        String id = null;
        var before = 0;
        for (var kill = 0; kill < KILLS; kill++) {
            try (var function = start(kill)) {
                var address = function.awaitAddress();
                if (id == null) {
                    id = given().contentType(ContentType.JSON)
                            .body(Map.of(
                                    "task",
                                    Map.of("description", "Write a story about it."),
                                    "inputs",
                                    inputs,
                                    "mode",
                                    "plain",
                                    "max_tokens",
                                    12))
                            .post(address + "/jobs")
                            .then()
                            .statusCode(202)
                            .extract()
                            .path("id");
                }
                var now = done(address, id);
                assertThat(now).isGreaterThanOrEqualTo(before);
                while (done(address, id) < now + 8) {
                    given().get(address + "/q/health/live");
                }
                function.kill();
                before = now + 8;
            }
        }

        try (var last = start(KILLS)) {
            var address = last.awaitAddress();
            // What was stored is not answered again.
            assertThat(done(address, id)).isGreaterThanOrEqualTo(before);
            while (given().get(address + "/jobs/" + id).path("state").equals("open")) {
                given().get(address + "/q/health/live");
            }
            given().get(address + "/jobs/" + id)
                    .then()
                    .body("state", equalTo("completed"))
                    .body("answered", equalTo(INPUTS));
            var lines = given().get(address + "/jobs/" + id + "/results")
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
        try (var left = Files.walk(bucket)) {
            assertThat(left.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .filter(name -> !name.equals("lock"))
                            .toList())
                    .hasSameElementsAs(List.of("task.json", "results.jsonl", "summary.json", "end.json"));
        }
    }
}
