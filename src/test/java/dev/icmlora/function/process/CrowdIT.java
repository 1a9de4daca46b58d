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

import org.apache.http.NoHttpResponseException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.function.Eventually;

/// Clients that send more than the heap has room for, and do not go on.
@Tag("alone")
class CrowdIT {

    private static final String HEAP = "-Xmx160m";
    private static final int CLIENTS = 4000;
    private static final long PATIENCE_MILLIS = 2000;
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
