package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.restassured.http.ContentType;
import org.apache.http.NoHttpResponseException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.function.Eventually;

/// Clients that send more than the heap has room for, or take nothing, and do not go on.
@Tag("alone")
class CrowdIT {

    private static final String HEAP = "-Xmx160m";
    private static final int CLIENTS = 4000;
    private static final long PATIENCE_MILLIS = 2000;
    /// Of feedback, 6 KB each.
    private static final int PIECES = 900;

    private static final int PIECES_OF_REQUEST = 150;
    private static final int PIECE_CHARACTERS = 1990;
    private static final String STATUS = "HTTP/1.1 200";
    private static final String POST = "POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n";

    @TempDir
    Path folder;

    static List<Arguments> crowds() {
        var keys = Map.of("ICM_LORA_API_KEYS_ALICE", "a");
        var body = POST + "Content-Type: application/json\r\n\r\n" + "{".repeat(65_000);
        var form = POST + "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + "a".repeat(64_000);
        return List.of(
                Arguments.of(Map.of(), body),
                Arguments.of(keys, body),
                Arguments.of(keys, form),
                Arguments.of(keys, "GET / HTTP/1.1\r\n" + "a:\r\n".repeat(9_000)));
    }

    @ParameterizedTest
    @MethodSource("crowds")
    void itAnswersAfterThem(Map<String, String> environment, String begun) throws Exception {
        try (var function = FunctionProcess.start(folder, environment, HEAP)) {
            var address = URI.create(function.awaitAddress());
            var clients = new ArrayList<Socket>();
            try {
                for (var i = 0; i < CLIENTS; i++) {
                    clients.add(begun(address, begun));
                }
            } finally {
                for (var client : clients) {
                    client.close();
                }
            }
            // What they sent waits to be read, and while all connections are taken, one more is closed.
            Eventually.until(() -> lives(address));
            given().get(address + "/q/health/live").then().statusCode(200).time(lessThan(PATIENCE_MILLIS));
            assertThat(function.terminate()).isIn(0, 143);
            assertThat(function.output()).doesNotContain("OutOfMemoryError", "ERROR");
        }
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

    private static boolean lives(URI address) {
        try {
            return given().get(address + "/q/health/live").statusCode() == 200;
        } catch (Exception closed) {
            assertThat(closed).isInstanceOfAny(NoHttpResponseException.class, SocketException.class);
            return false;
        }
    }

    /// One that may be closed already.
    private static Socket begun(URI address, String request) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
        try {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
        } catch (IOException e) {
            assertThat(e).hasMessageMatching(".*(reset|pipe).*");
        }
        return socket;
    }
}
