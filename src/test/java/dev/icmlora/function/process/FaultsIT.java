package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.Installation;
import dev.icmlora.function.Eventually;
import dev.icmlora.function.PeftFiles;

/// What goes wrong around the function while it serves: its disk, its model's file, its life.
class FaultsIT {

    @TempDir
    Path folder;

    @TempDir
    Path adapters;

    @TempDir
    Path bucket;

    @Test
    void aModelThatIsWrittenToWhileItIsInUseAnswersNothing() throws Exception {
        var model = folder.resolve("own.gguf");
        Files.copy(Installation.ofThisProcess().model(), model);
        try (var function = FunctionProcess.start(folder, Map.of("ICM_LORA_MODEL", model.toString()))) {
            var address = function.awaitAddress();
            generate(address, "one").statusCode(200);

            try (var file = new RandomAccessFile(model.toFile(), "rw")) {
                file.seek(file.length() / 2);
                file.write(file.read() + 1);
            }

            generate(address, "two").statusCode(503).body("type", endsWith("model-changed"));
            given().get(address + "/q/health/live").then().statusCode(503);
        }
        var environment =
                Map.of("ICM_LORA_MODEL", model.toString(), "ICM_LORA_MODEL_SHA256", EngineFiles.DEFAULT_MODEL_SHA256);
        try (var function = FunctionProcess.start(folder, environment)) {
            assertThat(function.awaitExit()).isEqualTo(1);
            assertThat(function.output()).contains("is damaged or another file");
        }
    }

    /// No file may become longer than a megabyte, which an adapter is.
    @Test
    void aFullDiskCostsWhatWouldBeWrittenAndNothingElse() throws Exception {
        var environment = Map.of(
                "ICM_LORA_ADAPTERS_DIR", adapters.toString(),
                "ICM_LORA_ADAPTERS_UPLOAD", "true",
                "ICM_LORA_EVENTS_BUCKETS", "file:" + bucket,
                "ICM_LORA_EVENTS_LEASE", "1s",
                "ICM_LORA_EVENTS_RETRY", "100ms",
                "ICM_LORA_EVENTS_WATCH_INTERVAL", "100ms");
        var task = bucket.resolve("tasks/colours.json");
        Files.createDirectories(task.getParent());
        try (var function = FunctionProcess.startBy(
                List.of("bash", "-c", "ulimit -f 1024; exec \"$0\" \"$@\""), folder, environment)) {
            var address = function.awaitAddress();
            generate(address, "one").statusCode(200);
            given().body(PeftFiles.zip("attn_v", 1, 16, new float[576], new float[192]))
                    .put(address + "/adapters")
                    .then()
                    .statusCode(507)
                    .body("detail", containsString("File too large"));
            Files.writeString(
                    task,
                    "{\"task\": {\"description\": \"Name the colour.\"}, \"inputs\": [\"blood\"], \"mode\": \"adapter\","
                            + " \"max_tokens\": 2}");
            given().contentType("application/cloudevents+json")
                    .body(Map.of(
                            "specversion",
                            "1.0",
                            "id",
                            "1",
                            "source",
                            "test",
                            "type",
                            "dev.icmlora.task.submitted",
                            "data",
                            Map.of("bucket", "file:" + bucket, "key", "tasks/colours.json")))
                    .post(address + "/")
                    .then()
                    .statusCode(503);
            assertThat(names(adapters)).isEmpty();
            assertThat(bucket.resolve("results/colours.jsonl")).doesNotExist();
            generate(address, "two").statusCode(200);
        }
        try (var function = FunctionProcess.start(folder, environment)) {
            var address = function.awaitAddress();
            Eventually.until(() -> Files.exists(bucket.resolve("results/colours.jsonl")));
            assertThat(bucket.resolve("results/colours.error.json")).doesNotExist();
        }
    }

    @Test
    void killedUnderLoadItLeavesNothingThatTheNextOneCannotRead() throws Exception {
        var environment = Map.of("ICM_LORA_ADAPTERS_DIR", adapters.toString());
        try (var function = FunctionProcess.start(folder, environment)) {
            var address = function.awaitAddress();
            var killed = new AtomicBoolean();
            var clients = IntStream.range(0, 4)
                    .mapToObj(client -> Thread.ofPlatform().daemon().start(() -> {
                        for (var i = 0; !killed.get(); i++) {
                            askUntilItDies(address, "task " + i + " of client " + client);
                        }
                    }))
                    .toList();
            Eventually.until(() -> names(adapters).stream()
                            .filter(name -> name.endsWith(".gguf"))
                            .count()
                    >= 4);
            function.kill();
            killed.set(true);
            for (var client : clients) {
                client.join();
            }
        }
        try (var function = FunctionProcess.start(folder, environment)) {
            var address = function.awaitAddress();
            List<String> ids = given().get(address + "/v1/models").path("data.id");
            var known = ids.stream().filter(id -> id.startsWith("sha256:")).toList();
            assertThat(known).hasSizeGreaterThanOrEqualTo(3);
            for (var id : known) {
                given().get(address + "/adapters/" + id).then().statusCode(200);
            }
            generate(address, "one").statusCode(200);
            assertThat(function.output()).doesNotContain("damaged", "cannot be read");
        }
    }

    private static void askUntilItDies(String address, String description) {
        try {
            given().contentType(ContentType.JSON)
                    .body(Map.of("task", Map.of("description", description)))
                    .post(address + "/adapter");
        } catch (Exception e) {
            assertThat(e).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anOpenStreamIsWrittenToItsEndBeforeItStops() throws Exception {
        try (var function = FunctionProcess.start(folder, Map.of());
                var client = HttpClient.newHttpClient()) {
            var address = function.awaitAddress();
            var model = given().get(address + "/v1/models").path("data[0].id");
            var body =
                    "{\"model\": \"%s\", \"prompt\": \"Once\", \"max_tokens\": 60, \"ignore_eos\": true, \"stream\": true}"
                            .formatted(model);
            var request = HttpRequest.newBuilder(URI.create(address + "/v1/completions"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body))
                    .build();
            var lines = client.send(request, BodyHandlers.ofLines()).body().iterator();
            var read = 0;
            var last = lines.next();

            function.stop();
            while (lines.hasNext()) {
                var line = lines.next();
                if (!line.isEmpty()) {
                    last = line;
                    read++;
                }
            }

            assertThat(last).isEqualTo("data: [DONE]");
            assertThat(read).isGreaterThan(30);
            assertThat(function.awaitExit()).isIn(0, 143);
        }
    }

    private static ValidatableResponse generate(String address, String input) {
        return given().contentType(ContentType.JSON)
                .body(Map.of(
                        "task",
                        Map.of("description", "Repeat."),
                        "inputs",
                        List.of(input),
                        "mode",
                        "adapter",
                        "max_tokens",
                        2))
                .post(address + "/generate")
                .then();
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
