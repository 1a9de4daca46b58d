package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;

/// Heads of many short headers, each of which takes far more memory than bytes on the way.
@QuarkusTest
class ConnectionsTest {

    private static final int MILLIS = 20_000;
    private static final String HEAD = "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    @ParameterizedTest
    @CsvSource({"98, 200", "99, 431", "5000, 431"})
    void aHeadHasAHundredHeadersAtMost(int more, int status) {
        // The function listens a moment before the bounds hold.
        Eventually.until(() -> answer(HEAD + "a:\r\n".repeat(more) + "\r\n").startsWith("HTTP/1.1 " + status + " "));
    }

    @Test
    void soDoesATrailer() throws IOException {
        var head = "POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n";

        assertThat(answer(head + "a:\r\n".repeat(100) + "\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answer(head + "a:\r\n".repeat(5000) + "\r\n")).doesNotContain("/inputs");
    }

    private static String answer(String request) throws IOException {
        var uri = Requests.uri("/");
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(MILLIS);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return String.join(
                    "\n",
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
                            .lines()
                            .toList());
        }
    }
}
