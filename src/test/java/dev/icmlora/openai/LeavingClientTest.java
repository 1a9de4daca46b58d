package dev.icmlora.openai;

import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.chatReply;
import static dev.icmlora.function.Requests.completion;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;

@QuarkusTest
class LeavingClientTest {

    private static final String CANCELLED = "icm_lora_request_seconds_count{operation=\"text\",outcome=\"cancelled\"} ";
    private static final String BUSY = "icm_lora_workers_busy ";

    @Test
    void aStreamThatNobodyReadsAnyMoreIsNotWritten() throws Exception {
        var body = Requests.JSON.writeValueAsString(
                with(with(completion("Once upon a time"), "max_tokens", 4000), "stream", true));
        var uri = Requests.uri("/v1/completions");
        var before = metric(CANCELLED);
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream()
                    .write(("POST " + uri.getPath() + " HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .getBytes(UTF_8));
            var reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            assertThat(reply.lines().anyMatch(line -> line.startsWith("data: {")))
                    .isTrue();
        }

        // A worker notices between two tokens; 4000 of them would take far longer than this waits.
        Eventually.until(() -> metric(CANCELLED) == before + 1 && metric(BUSY) == 0);
        chatReply(chat("hi"));
    }

    /// Of a series that has no value yet: 0. An exemplar may follow the value.
    private static double metric(String series) {
        return given().get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(series.length()).split(" ")[0]))
                .sum();
    }
}
