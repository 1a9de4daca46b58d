package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// A job of very many inputs in a small heap, whose instances are killed. Not part of a build; `make large-jobs` runs
/// it.
class LargeJobs {

    private static final int INPUTS = Integer.getInteger("inputs", 100_000);
    private static final int KILLS = 3;
    /// After so many stored answers an instance has all that it needs in memory.
    private static final int WARM = INPUTS / 20;
    private static final String HEAP = "-Xmx160m";
    private static final long GROWTH = 48 << 20;

    /// Long enough to be read once for all inputs, which are short: what is measured is the job and not the model.
    private static final String DESCRIPTION =
            "Write the input again, exactly as it stands, with nothing before it and nothing after it.";

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    /// What an instance took.
    ///
    /// @param warm resident bytes once it was warm
    /// @param most resident bytes, from then on
    private record Memory(long warm, long most) {

        private long growth() {
            return most - warm;
        }

        @Override
        public String toString() {
            return (warm >> 20) + " to " + (most >> 20);
        }
    }

    private FunctionProcess start(int instance) throws Exception {
        var home = Files.createDirectories(folder.resolve("instance" + instance));
        return FunctionProcess.start(
                home,
                Map.of(
                        "ICM_LORA_STORAGE_BUCKET",
                        "file:" + Files.createDirectories(folder.resolve("jobs")),
                        "ICM_LORA_EVENTS_BUCKETS",
                        "file:" + folder.resolve("events"),
                        "ICM_LORA_EVENTS_LEASE",
                        "5s",
                        "ICM_LORA_EVENTS_BATCH",
                        Integer.toString(Math.min(256, WARM)),
                        "ICM_LORA_EVENTS_CHECKPOINT_INPUTS",
                        Integer.toString(Math.min(1000, WARM)),
                        "ICM_LORA_REQUEST_TIMEOUT",
                        "300s",
                        "ICM_LORA_THREADS",
                        "2"),
                HEAP,
                // It lives long enough for all that the compiler can do.
                "-XX:TieredStopAtLevel=4");
    }

    private String submit(String address) throws Exception {
        var tasks = Files.createDirectories(folder.resolve("events/tasks"));
        try (var lines = Files.newBufferedWriter(tasks.resolve("many.jsonl"))) {
            for (var i = 0; i < INPUTS; i++) {
                lines.write('"' + input(i) + "\"\n");
            }
        }
        return given().contentType(ContentType.JSON)
                .body(Map.of(
                        "task",
                        Map.of("description", DESCRIPTION),
                        "mode",
                        "plain",
                        "max_tokens",
                        1,
                        "source",
                        Map.of("bucket", "file:" + folder.resolve("events"), "key", "tasks/many.jsonl")))
                .post(address + "/jobs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static String input(int index) {
        return Integer.toString(index, Character.MAX_RADIX);
    }

    private static JsonPath status(String address, String id) {
        return given().get(address + "/jobs/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /// Has an instance work until so many answers are stored, or the job has ended.
    private static Memory work(FunctionProcess function, String address, String id, int until) throws Exception {
        var first = status(address, id).getInt("done");
        var warm = 0L;
        var most = 0L;
        while (true) {
            var status = status(address, id);
            if (!status.getString("state").equals("open")) {
                return new Memory(warm, most);
            }
            var done = status.getInt("done");
            var resident = function.residentBytes();
            if (warm == 0 && done >= first + WARM) {
                warm = resident;
                System.out.printf("%d of %d are stored%n", done, INPUTS);
            }
            most = Math.max(most, resident);
            if (done >= until) {
                return new Memory(warm, most);
            }
            Thread.sleep(1000);
        }
    }

    @Test
    void everyInputIsAnsweredOnceInASmallHeap() throws Exception {
        var memory = new ArrayList<Memory>();
        var killedAt = new ArrayList<Integer>();
        String id = null;
        var begin = System.nanoTime();
        for (var instance = 0; instance <= KILLS; instance++) {
            try (var function = start(instance)) {
                var address = function.awaitAddress();
                id = id == null ? submit(address) : id;
                if (instance < KILLS) {
                    memory.add(work(function, address, id, (int) ((long) INPUTS * (instance + 1) / (KILLS + 1))));
                    killedAt.add(status(address, id).getInt("done"));
                    function.kill();
                } else {
                    memory.add(work(function, address, id, Integer.MAX_VALUE));
                    isComplete(address, id);
                }
            }
        }

        System.out.printf(
                "a job of %d inputs, killed after %s of them: each is answered once, in %d s. In a heap of %s, MB resident of"
                        + " each instance: %s%n",
                INPUTS,
                killedAt.stream().map(Object::toString).collect(Collectors.joining(", ")),
                (System.nanoTime() - begin) / 1_000_000_000,
                HEAP,
                memory.stream().map(Memory::toString).collect(Collectors.joining(", ")));
        assertThat(killedAt).isSorted().doesNotHaveDuplicates();
        assertThat(memory).allSatisfy(instance -> assertThat(instance.growth()).isLessThan(GROWTH));
    }

    private static void isComplete(String address, String id) throws Exception {
        var status = status(address, id);
        assertThat(status.getString("state")).isEqualTo("completed");
        assertThat(List.of(status.getInt("answered"), status.getInt("failed"))).containsExactly(INPUTS, 0);
        try (var results = new BufferedReader(new InputStreamReader(
                given().get(address + "/jobs/" + id + "/results").asInputStream(), StandardCharsets.UTF_8))) {
            for (var i = 0; i < INPUTS; i++) {
                var line = JSON.readTree(results.readLine());
                assertThat(line.get("index").asInt()).isEqualTo(i);
                assertThat(line.get("input").asText()).isEqualTo(input(i));
                assertThat(line.has("output")).isTrue();
            }
            assertThat(results.readLine()).isNull();
        }
    }
}
