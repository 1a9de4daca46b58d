package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.PeftFiles;

/// Clients that have the function unpack more than they send, more at once than it has places for files.
@Tag("alone")
class UploadCrowdIT {

    private static final int CLIENTS = 400;
    private static final int PLACES = 4;
    private static final int LIMIT = 16 << 20;
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

    /// They say that more is coming, and send nothing.
    @Test
    void clientsThatSendNothingKeepTheirPlacesForShort() throws Exception {
        var environment = Map.of("ICM_LORA_ADAPTERS_UPLOAD", "true", "ICM_LORA_ADAPTERS_MAX_BYTES", "64K");
        var good = PeftFiles.zip("attn_v", 1, 1, new float[576], new float[192]);
        var idle = new ArrayList<Socket>();
        try (var function = FunctionProcess.start(folder, environment);
                var client = HttpClient.newHttpClient()) {
            var address = URI.create(function.awaitAddress());
            for (var i = 0; i < PLACES; i++) {
                var socket = new Socket(address.getHost(), address.getPort());
                idle.add(socket);
                socket.getOutputStream()
                        .write("PUT /adapters HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n".getBytes());
            }
            Eventually.until(
                    () -> upload(client, address.toString(), good).join().statusCode() == 429);

            for (var socket : idle) {
                socket.setSoTimeout(30_000);
                assertThat(new String(socket.getInputStream().readAllBytes()))
                        .startsWith("HTTP/1.1 408 Request Timeout")
                        .contains("The body must be sent within 5 s");
            }
            assertThat(upload(client, address.toString(), good).join().statusCode())
                    .isEqualTo(201);
            assertThat(function.output()).doesNotContain("ERROR");
        } finally {
            for (var socket : idle) {
                socket.close();
            }
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
