package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.function.PeftFiles;

/// Clients that have the function unpack more than they send, more at once than it has places or room for.
@Tag("alone")
class UploadCrowdIT {

    private static final int CLIENTS = 400;
    private static final int LIMIT = 16 << 20;
    private static final int BODIES = 128;
    private static final int VALUES = 300_000;
    /// As long as Kubernetes waits for the probe of liveness.
    private static final long PATIENCE_MILLIS = 5000;

    @TempDir
    Path folder;

    @Test
    void filesThatUnpackToTheLimitTakeNoMoreMemoryThanTheirPlaces() throws Exception {
        var environment = Map.of("ICM_LORA_ADAPTERS_UPLOAD", "true");
        try (var function = FunctionProcess.start(folder, environment, "-Xmx1g");
                var client = HttpClient.newHttpClient()) {
            var address = function.awaitAddress();

            for (var file : List.of(longerThanTheLimit(), ofHighRank())) {
                var replies = IntStream.range(0, CLIENTS)
                        .mapToObj(i -> upload(client, address, file))
                        .toList();
                var all = CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new));
                do {
                    given().get(address + "/q/health/live")
                            .then()
                            .statusCode(200)
                            .time(lessThan(PATIENCE_MILLIS));
                } while (!all.isDone());
                assertThat(replies.stream().map(reply -> reply.join().statusCode()))
                        .containsOnly(400, 429);
            }

            var good = PeftFiles.zip("attn_v", 1, 1, new float[576], new float[192]);
            assertThat(upload(client, address, good).join().statusCode()).isEqualTo(201);
            assertThat(function.output()).doesNotContain("OutOfMemoryError");
        }
    }

    /// Empty objects take thirty times their bytes when they are read.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/jobs | 400 | {'x': [{}%s]}",
                "/mcp | 200 | {'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call', 'params': {'name': 'decide', "
                        + "'arguments': {'questions': {'q': {'type': 'noul', 'instructions': 'x'}}, 'state': [{}%s]}}}"
            })
    void jsonOfManyValuesTakesNoMoreMemoryThanItIsGiven(String path, int refused, String body) throws Exception {
        var json = body.replace('\'', '"').formatted(",{}".repeat(VALUES));
        try (var function = FunctionProcess.start(folder, Map.of("ICM_LORA_MCP", "true"), "-Xmx1g");
                var client = HttpClient.newHttpClient()) {
            var address = function.awaitAddress();
            var request = HttpRequest.newBuilder(URI.create(address + path))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(json))
                    .build();

            var replies = IntStream.range(0, BODIES)
                    .mapToObj(_ -> client.sendAsync(request, BodyHandlers.discarding())
                            .thenApply(HttpResponse::statusCode)
                            // Of one that is refused before it has sent all, the connection may end first.
                            .exceptionally(_ -> 429))
                    .toList();

            assertThat(replies.stream().map(CompletableFuture::join))
                    .contains(refused)
                    .containsOnly(refused, 429);
            given().get(address + "/q/health/live").then().statusCode(200);
            assertThat(function.output()).doesNotContain("OutOfMemoryError", "ERROR");
        }
    }

    /// Refused as soon as so much of it is unpacked.
    private static byte[] longerThanTheLimit() throws IOException {
        return PeftFiles.zip(Map.of("adapter_model.safetensors", new byte[2 * LIMIT]));
    }

    /// A well-formed LoRA of zeros, as large as one may be: unpacked whole, and refused for its shape.
    private static byte[] ofHighRank() throws IOException {
        var rank = 1024;
        var features = (LIMIT / 2 - (1 << 12)) / (2 * rank);
        var stored = PeftFiles.zip("attn_v", rank, 1, new float[rank * features], new float[rank * features]);
        return PeftFiles.zip(Map.of(
                "adapter_model.safetensors",
                PeftFiles.weights(stored),
                "adapter_config.json",
                "{\"peft_type\": \"LORA\", \"r\": %d, \"lora_alpha\": 1}"
                        .formatted(rank)
                        .getBytes()));
    }

    private static CompletableFuture<HttpResponse<Void>> upload(HttpClient client, String address, byte[] file) {
        var request = HttpRequest.newBuilder(URI.create(address + "/adapters"))
                .PUT(BodyPublishers.ofByteArray(file))
                .build();
        return client.sendAsync(request, BodyHandlers.discarding());
    }
}
