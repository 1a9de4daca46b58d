package dev.icmlora.function.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Requests;

/// Clients that promise long bodies, and hold them back.
@QuarkusTest
class LongBodiesTest {

    private static final int PLACES = 128;
    private static final int MILLIS = 30_000;

    @Test
    void theyLoseTheirPlaces() throws IOException {
        var held = new ArrayList<BufferedReader>();
        try {
            for (var i = 0; i < PLACES; i++) {
                held.add(begun(1 << 20));
                // It has a place.
                assertThat(held.getLast().readLine()).isEqualTo("HTTP/1.1 100 Continue");
            }
            try (var oneMore = begun(1 << 20)) {
                assertThat(oneMore.lines())
                        .contains("HTTP/1.1 429 Too Many Requests")
                        .anyMatch(line -> line.contains("128 requests with long bodies"));
            }
            // Whose body is short needs no place.
            given().contentType(ContentType.JSON)
                    .body("{}")
                    .post("/generate")
                    .then()
                    .statusCode(400);

            for (var reply : held) {
                assertThat(reply.lines()).contains("HTTP/1.1 408 Request Timeout");
            }
        } finally {
            for (var reply : held) {
                reply.close();
            }
        }
        try (var next = begun(1 << 20)) {
            assertThat(next.readLine()).isEqualTo("HTTP/1.1 100 Continue");
        }
    }

    /// A request whose head says that so many bytes follow.
    private static BufferedReader begun(int length) throws IOException {
        var uri = Requests.uri("/generate");
        var socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(MILLIS);
        var head = "POST /generate HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                + "Expect: 100-continue\r\n\r\n";
        socket.getOutputStream()
                .write(head.formatted(uri.getAuthority(), length).getBytes(US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }
}
