package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.Eventually;

/// What only a process of its own can show.
class ServingIT {

    private static final int TASKS = 80;
    private static final int WARM_UP = 40;
    /// A fifth of an adapter for each task after them.
    private static final double FLAT = 1.013;

    @TempDir
    Path folder;

    @TempDir
    Path temporary;

    /// The heap is resident from the start and holds few adapters, so whatever grows is a leak.
    @Test
    void tasksInARowKeepMemoryFlatAndCreateNoFile() throws Exception {
        var environment = Map.of("ICM_LORA_CACHE_ADAPTERS", "16M");
        try (var function = FunctionProcess.start(
                folder, environment, "-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch", "-Djava.io.tmpdir=" + temporary)) {
            var address = function.awaitAddress();
            var ids = new HashSet<String>();
            for (var i = 0; i < WARM_UP; i++) {
                ids.add(adapterOfNewTask(address, i));
            }
            var memory = function.residentBytes();
            var open = function.openFiles();
            var files = files();

            for (var i = WARM_UP; i < TASKS; i++) {
                ids.add(adapterOfNewTask(address, i));
            }

            assertThat(ids).hasSize(TASKS);
            assertThat((double) function.residentBytes()).isLessThan(FLAT * memory);
            assertThat(function.openFiles()).isEqualTo(open);
            assertThat(files()).isEqualTo(files);
        }
    }

    private static String adapterOfNewTask(String address, int i) {
        var task = Map.of("description", "Add " + i + " to the number.");
        return given().contentType(ContentType.JSON)
                .body(Map.of("task", task, "inputs", List.of("1"), "mode", "adapter", "max_tokens", 1))
                .post(address + "/generate")
                .then()
                .statusCode(200)
                .extract()
                .path("adapter.id");
    }

    private List<Path> files() throws IOException {
        try (var here = Files.walk(folder);
                var there = Files.walk(temporary)) {
            return Stream.concat(here, there).sorted().toList();
        }
    }

    @Test
    void itStartsInWordsThatHelpAndAnswersWhatRunsBeforeItStops() throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of())) {
            var address = function.awaitAddress();
            assertThat(function.output())
                    .contains("Base model:", "Generator:", "Adapters: rank 16", "Loaded in")
                    .doesNotContain("WARN");
            assertThat(function.output().lines()).hasSizeLessThan(12);
            var request = given().contentType(ContentType.JSON)
                    .body(Map.of(
                            "task",
                            Map.of("description", "Tell a story."),
                            "inputs",
                            List.of("about a cat", "about a dog", "about a bird"),
                            "mode",
                            "plain",
                            "max_tokens",
                            60));
            // Groovy, which REST Assured is written in, initialises itself on the common pool: a request on that pool's
            // only worker would wait for itself.
            var answer = CompletableFuture.supplyAsync(
                    () -> request.post(address + "/generate"),
                    command -> Thread.ofPlatform().daemon().start(command));
            awaitBusy(address);

            var exit = function.terminate();

            assertThat(answer.join().statusCode()).isEqualTo(200);
            assertThat(exit).isIn(0, 143);
            assertThat(function.output()).contains("stopped in").doesNotContain("ERROR");
        }
    }

    static Map<String, Object> longTask(String description, int length) {
        var examples = IntStream.range(0, 8)
                .mapToObj(i -> Map.of("input", (i + " quartz vole ").repeat(length), "output", "mild thunder " + i))
                .toList();
        return Map.of("description", description, "examples", examples);
    }

    @Test
    void tuningsThatCanBeBegunAgainDoNotHoldUpTheStop(@TempDir Path bucket) throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of("ICM_LORA_STORAGE_BUCKET", "file:" + bucket))) {
            var address = function.awaitAddress();
            given().contentType(ContentType.JSON)
                    .body(longTuning("Shout the secret words.", 8, "now"))
                    .post(address + "/jobs")
                    .then()
                    .statusCode(202);
            awaitBusy(address);
            given().contentType(ContentType.JSON)
                    .body(longTuning("Whisper the secret words.", 8, "background"))
                    .post(address + "/generate")
                    .then()
                    .statusCode(200);

            assertThat(function.terminate()).isIn(0, 143);
        }
    }

    @Test
    void aCrowdOfTasksDoesNotWaitToBeTuned() throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of())) {
            var address = function.awaitAddress();

            var states = IntStream.range(0, 10)
                    .mapToObj(i -> given().contentType(ContentType.JSON)
                            .body(longTuning("Whisper %d secret words.".formatted(i), 3, "background"))
                            .post(address + "/generate")
                            .then()
                            .statusCode(200)
                            .extract()
                            .<String>path("tuning.state"))
                    .toList();

            assertThat(states.subList(0, 8)).containsOnly("waiting");
            assertThat(states.subList(8, 10)).containsOnlyNulls();
        }
    }

    private static Map<String, Object> longTuning(String description, int length, String when) {
        return Map.of(
                "task",
                longTask(description, length),
                "inputs",
                List.of("1"),
                "mode",
                "tuned",
                "tune",
                Map.of("steps", 100, "when", when),
                "max_tokens",
                1);
    }

    static void awaitBusy(String address) {
        Eventually.until(() -> given().get(address + "/q/health/live")
                        .<Integer>path("checks.find { it.name == 'worker threads' }.data.busy")
                > 0);
    }
}
