package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.PeftFiles;

/// The folder that keeps adapters, across processes.
class AdapterFolderIT {

    private static final String COLOURS = "Name the colour.";
    /// For downloads.
    private static final int PLACES = 32;
    private static final int MORE = 8;
    private static final long READS = 4;
    private static final String PLURALS = "Write the plural of the word.";

    @TempDir
    Path folder;

    @TempDir
    Path adapters;

    private FunctionProcess start() throws IOException {
        return FunctionProcess.start(
                folder,
                Map.of(
                        "ICM_LORA_ADAPTERS_DIR", adapters.toString(),
                        "ICM_LORA_ADAPTERS_DIR_BYTES", "6M",
                        "ICM_LORA_ADAPTERS_UPLOAD", "true"));
    }

    /// One that has no adapter in memory, and so reads each from the folder, those that it made too.
    private FunctionProcess startForgetful(String... javaOptions) throws IOException {
        return FunctionProcess.start(
                folder,
                Map.of("ICM_LORA_ADAPTERS_DIR", adapters.toString(), "ICM_LORA_CACHE_ADAPTERS", "0"),
                javaOptions);
    }

    /// Has it make an adapter, whose files are in the folder when this returns.
    ///
    /// @return its id
    private String kept(String address) {
        var id = generated(address, COLOURS).extract().<String>path("id");
        awaitFiles(2);
        return id;
    }

    @Test
    void keepsAdaptersWithTheirTasksBelievesNoDamagedFileAndStaysWithinItsLimit() throws Exception {
        String colours;
        String uploaded;
        String other;
        List<String> answers;
        try (var first = start()) {
            var address = first.awaitAddress();
            colours = generated(address, COLOURS)
                    .body("cached", equalTo(false))
                    .extract()
                    .path("id");
            uploaded = upload(address, 0.5f).statusCode(201).extract().path("id");
            answers = answers(address, uploaded);
            assertThat(first.terminate()).isIn(0, 143);
        }
        assertThat(files()).hasSize(4).noneMatch(name -> name.endsWith(".draft"));

        try (var second = start()) {
            var address = second.awaitAddress();
            given().get(address + "/v1/models").then().body("data.id", hasItems(colours, uploaded));
            generated(address, COLOURS).body("cached", equalTo(true)).body("id", equalTo(colours));
            assertThat(answers(address, uploaded)).isEqualTo(answers);

            // Three adapters fit: the upload stays, and the generated one that was not used for longest goes.
            var plurals = generated(address, PLURALS).extract().<String>path("id");
            other = upload(address, 0.25f).statusCode(201).extract().path("id");
            assertThat(names(second)).contains(hex(uploaded), hex(other)).hasSizeLessThanOrEqualTo(3);
            upload(address, 0.75f).statusCode(201);
            upload(address, 1).statusCode(507);
            assertThat(names(second)).doesNotContain(hex(colours), hex(plurals)).hasSize(3);
            assertThat(second.terminate()).isIn(0, 143);
        }

        var file = adapters.resolve(hex(uploaded) + ".gguf");
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length - 100] ^= 1;
        Files.write(file, bytes);
        // A card that is slow to read, as in a bucket, holds up neither the start nor who names an adapter by its id.
        var slow = adapters.resolve("0".repeat(64) + ".generated.json");
        Files.createFile(adapters.resolve("0".repeat(64) + ".generated.gguf"));
        assertThat(new ProcessBuilder("mkfifo", slow.toString()).start().waitFor())
                .isZero();
        try (var third = start()) {
            var address = third.awaitAddress();
            given().get(address + "/adapters/" + uploaded).then().statusCode(404);
            assertThat(third.output()).contains("is damaged");
            Files.writeString(slow, "no card");
            given().get(address + "/v1/models").then().statusCode(200);
            assertThat(third.output()).contains(slow + " cannot be read and is passed over");

            // As where the folder may not be written, which holds for root too.
            var obstacle = Files.createDirectories(adapters.resolve(hex(other) + ".generated.json/obstacle"));
            given().delete(address + "/adapters/" + other)
                    .then()
                    .statusCode(503)
                    .body("type", equalTo("urn:icm-lora:problem:storage-unavailable"));
            given().get(address + "/adapters/" + other).then().statusCode(200);
            assertThat(third.output()).contains("an adapter cannot be deleted").doesNotContain("ERROR");
            Files.delete(obstacle);
            given().delete(address + "/adapters/" + other).then().statusCode(204);
        }
    }

    /// Reads of it end when the test says so.
    @Test
    void aCrowdHasAFileReadByFewOfThoseThatHavePlaces() throws Exception {
        try (var client = HttpClient.newHttpClient();
                var function = startForgetful()) {
            var address = function.awaitAddress();
            var id = kept(address);
            var weights = adapters.resolve(hex(id) + ".generated.gguf");
            var whole = Files.move(weights, folder.resolve("whole"));
            assertThat(new ProcessBuilder("mkfifo", weights.toString()).start().waitFor())
                    .isZero();
            var writer = new RandomAccessFile(weights.toFile(), "rw");
            var request = HttpRequest.newBuilder(URI.create(address + "/adapters/" + id))
                    .build();
            var replies = IntStream.range(0, PLACES + MORE)
                    .mapToObj(_ -> client.sendAsync(request, BodyHandlers.discarding()))
                    .toList();
            Eventually.until(
                    () -> replies.stream().filter(CompletableFuture::isDone).count() == MORE);
            assertThat(replies.stream()
                            .filter(CompletableFuture::isDone)
                            .map(reply -> reply.join().statusCode()))
                    .containsOnly(429);

            Files.move(whole, weights, StandardCopyOption.ATOMIC_MOVE);
            writer.close();
            var statuses = replies.stream().map(reply -> reply.join().statusCode());
            var counts = statuses.collect(Collectors.groupingBy(status -> status, Collectors.counting()));
            // What was read from the pipe is no adapter.
            assertThat(counts.get(404)).isBetween(1L, READS);
            assertThat(counts.get(200)).isEqualTo(PLACES - counts.get(404));
        }
    }

    /// There is one processor for the requests, and a file that does not come does not keep it.
    @Test
    void aFileThatIsSlowKeepsNoOtherRequestWaiting() throws Exception {
        try (var client = HttpClient.newHttpClient();
                var function = startForgetful("-Djdk.virtualThreadScheduler.parallelism=1")) {
            var address = function.awaitAddress();
            var id = kept(address);
            var weights = adapters.resolve(hex(id) + ".generated.gguf");
            Files.delete(weights);
            assertThat(new ProcessBuilder("mkfifo", weights.toString()).start().waitFor())
                    .isZero();
            var asked = HttpRequest.newBuilder(URI.create(address + "/adapter"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"task\": {\"description\": \"%s\"}}".formatted(COLOURS)))
                    .build();
            var reply = client.sendAsync(asked, BodyHandlers.ofString());
            // Opened once the function has begun to read.
            try (var _ = new FileOutputStream(weights.toFile())) {
                var other = HttpRequest.newBuilder(URI.create(address + "/v1/models"))
                        .timeout(Duration.ofSeconds(20))
                        .build();
                assertThat(client.send(other, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(200);
                assertThat(reply).isNotDone();
            }
            // What came is no adapter, so it is made again.
            assertThat(reply.join().body()).contains(id);
        }
    }

    @Test
    void everyCallerFindsItsOwnAgain() throws Exception {
        try (var first = startForTwo(folder)) {
            var address = first.awaitAddress();
            var colours = as("alice", address, COLOURS)
                    .body("cached", equalTo(false))
                    .extract()
                    .<String>path("id");
            as("bob", address, COLOURS).body("cached", equalTo(false)).body("id", equalTo(colours));
            as("bob", address, PLURALS).body("cached", equalTo(false));
            // Who they are is not to be read there, and what they have in common is there for each.
            awaitFiles(6);
            assertThat(files()).allMatch(name -> name.matches("[0-9a-f]{64}-[0-9a-f]{64}\\.generated\\.(gguf|json)"));

            try (var other = startForTwo(Files.createDirectory(folder.resolve("other")))) {
                var elsewhere = other.awaitAddress();
                by("alice")
                        .get(elsewhere + "/v1/models")
                        .then()
                        // The base model, the encoder and one adapter.
                        .body("data.size()", equalTo(3))
                        .body("data.id", hasItems(colours));
                as("alice", elsewhere, PLURALS).body("cached", equalTo(false));
                as("bob", elsewhere, PLURALS).body("cached", equalTo(true));
                as("bob", elsewhere, COLOURS).body("cached", equalTo(true));
                // With one more of alice's.
                awaitAdapters(4);

                by("alice").delete(address + "/adapters/" + colours).then().statusCode(204);

                assertThat(stems()).hasSize(3);
                by("alice").get(address + "/adapters/" + colours).then().statusCode(404);
                by("alice").get(elsewhere + "/adapters/" + colours).then().statusCode(404);
                by("bob").get(elsewhere + "/adapters/" + colours).then().statusCode(200);
                as("alice", elsewhere, COLOURS).body("cached", equalTo(false)).body("id", equalTo(colours));
                awaitAdapters(4);
            }
        }
    }

    /// @param own working directory
    private FunctionProcess startForTwo(Path own) throws IOException {
        return FunctionProcess.start(
                own,
                Map.of(
                        "ICM_LORA_ADAPTERS_DIR", adapters.toString(),
                        "ICM_LORA_API_KEYS_ALICE", "key of alice",
                        "ICM_LORA_API_KEYS_BOB", "key of bob",
                        "ICM_LORA_TENANCY", "key"));
    }

    private static RequestSpecification by(String caller) {
        return given().header("Authorization", "Bearer key of " + caller);
    }

    private static ValidatableResponse as(String caller, String address, String description) {
        return by(caller)
                .contentType(ContentType.JSON)
                .body(Map.of("task", Map.of("description", description)))
                .post(address + "/adapter")
                .then()
                .statusCode(200);
    }

    private static String hex(String id) {
        return id.substring("sha256:".length());
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(adapters)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /// Of the adapters in the folder, once what waits was written.
    private List<String> names(FunctionProcess running) throws Exception {
        for (var i = 0; i < 100; i++) {
            var names = stems();
            Thread.sleep(20);
            if (names.equals(stems())) {
                return names;
            }
        }
        throw new AssertionError("the folder changes for ever:\n" + running.output());
    }

    /// Until what is written soon was written.
    private void awaitFiles(int count) {
        Eventually.until(() -> {
            var names = files();
            return names.size() == count && names.stream().noneMatch(name -> name.endsWith(".draft"));
        });
    }

    /// The same of adapters.
    private void awaitAdapters(int count) {
        Eventually.until(() -> stems().size() == count);
    }

    private List<String> stems() throws IOException {
        return files().stream()
                .map(name -> name.substring(0, name.indexOf('.')))
                .distinct()
                .toList();
    }

    private static ValidatableResponse generated(String address, String description) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("task", Map.of("description", description)))
                .post(address + "/adapter")
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse upload(String address, float value) {
        var a = new float[576];
        a[3] = value;
        var b = new float[192];
        b[7] = value;
        var file = PeftFiles.zip("attn_v", 1, 16, a, b);
        return given().body(file)
                .queryParam("description", PLURALS)
                .put(address + "/adapters")
                .then();
    }

    private static List<String> answers(String address, String id) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("adapter", id, "inputs", Stream.of("dog", "knife").toList(), "max_tokens", 8))
                .post(address + "/generate")
                .then()
                .statusCode(200)
                .extract()
                .path("outputs");
    }
}
