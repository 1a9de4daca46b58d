package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.IntStream;

import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.PeftFiles;

/// Clients that send nothing, or take nothing, and stay. Unlike crowds, they need no machine for themselves.
class SlowClientsIT {

    private static final int PLACES = 4;
    private static final long PATIENCE_MILLIS = 2000;
    /// Of feedback, 6 KB each.
    private static final int PIECES = 900;

    private static final int PIECES_OF_REQUEST = 150;
    private static final int PIECE_CHARACTERS = 1990;
    private static final String STATUS = "HTTP/1.1 200";

    @TempDir
    Path folder;

    /// They say that more is coming.
    @Test
    void clientsThatSendNothingLoseTheirPlaces() throws Exception {
        var environment = Map.of("ICM_LORA_ADAPTERS_UPLOAD", "true");
        var good = PeftFiles.zip("attn_v", 1, 1, new float[576], new float[192]);
        var idle = new ArrayList<BufferedReader>();
        try (var function = FunctionProcess.start(folder, environment);
                var client = HttpClient.newHttpClient()) {
            var address = function.awaitAddress();
            for (var i = 0; i < PLACES; i++) {
                idle.add(begun(URI.create(address)));
                // It has a place.
                assertThat(idle.getLast().readLine()).isEqualTo("HTTP/1.1 100 Continue");
            }
            assertThat(upload(client, address, good)).isEqualTo(429);

            for (var reply : idle) {
                assertThat(reply.lines())
                        .contains("HTTP/1.1 408 Request Timeout")
                        .anyMatch(
                                line -> line.contains("After 5 s, the body must have come with 65536 bytes a second"));
            }
            assertThat(upload(client, address, good)).isEqualTo(201);
            assertThat(function.output()).doesNotContain("ERROR");
        } finally {
            for (var reply : idle) {
                reply.close();
            }
        }
    }

    private static BufferedReader begun(URI address) throws IOException {
        var socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(30_000);
        var head = "PUT /adapters HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
        socket.getOutputStream().write(head.formatted(address.getAuthority()).getBytes(US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    private static int upload(HttpClient client, String address, byte[] file) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(address + "/adapters"))
                .PUT(BodyPublishers.ofByteArray(file))
                .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }

    /// What the system has of an answer comes also when the function is gone.
    @Test
    void littleIsKeptOfWhatIsNotRead() throws Exception {
        var environment = Map.of("ICM_LORA_ADAPTERS_DIR", folder.toString());
        try (var function = FunctionProcess.start(folder, environment);
                var client = new Socket()) {
            var address = URI.create(function.awaitAddress());
            var spoken = Map.of("task", Map.of("description", "Say it."));
            given().contentType(ContentType.JSON)
                    .body(spoken)
                    .put(address + "/functions/spoken")
                    .then()
                    .statusCode(201);
            for (var i = 0; i < PIECES; i += PIECES_OF_REQUEST) {
                var pieces = IntStream.range(i, i + PIECES_OF_REQUEST)
                        .mapToObj(piece -> Map.of("input", "word " + piece, "output", "☁".repeat(PIECE_CHARACTERS)))
                        .toList();
                given().contentType(ContentType.JSON)
                        .body(pieces)
                        .post(address + "/functions/spoken/feedback")
                        .then()
                        .statusCode(200);
            }
            client.connect(new InetSocketAddress(address.getHost(), address.getPort()));
            var request = "GET /functions/spoken/feedback HTTP/1.1\r\nHost: localhost\r\n\r\n";
            client.getOutputStream().write(request.getBytes(US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(STATUS.length()), US_ASCII))
                    .isEqualTo(STATUS);
            Thread.sleep(PATIENCE_MILLIS);

            function.kill();

            assertThat(bytes(client)).isLessThan(1 << 20);
        }
    }

    /// Until the connection ends.
    private static int bytes(Socket client) throws IOException {
        var bytes = 0;
        var piece = new byte[1 << 16];
        try {
            for (var read = 0; read >= 0; read = client.getInputStream().read(piece)) {
                bytes += read;
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return bytes;
    }
}
