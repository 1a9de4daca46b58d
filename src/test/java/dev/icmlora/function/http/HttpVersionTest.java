package dev.icmlora.function.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Requests;

/// The function speaks HTTP/1.1 alone, so that what is wrong with HTTP/2 in the libraries below does not reach it.
@QuarkusTest
class HttpVersionTest {

    private static final int MILLIS = 5_000;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    /// An empty frame of the type SETTINGS, which a server that speaks HTTP/2 answers with its own.
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

    @Test
    void aClientThatOffersMoreGoesOnWithIt() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(Requests.uri("/v1/models"))
                .version(Version.HTTP_2)
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var reply = client.send(request, BodyHandlers.ofString());

            assertThat(reply.version()).isEqualTo(Version.HTTP_1_1);
            assertThat(reply.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatBeginsWithTheNextVersionIsRefused() throws IOException {
        var uri = Requests.uri("/");
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(MILLIS);
            socket.getOutputStream().write(PREFACE.getBytes(US_ASCII));
            socket.getOutputStream().write(SETTINGS);
            var reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));

            // A text as HTTP/1.1 has it, and no frame.
            assertThat(reply.readLine()).matches("HTTP/\\S+ [45]\\d\\d .*");
        }
    }
}
