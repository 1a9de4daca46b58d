package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import dev.icmlora.client.ScriptedServer.Reply;

/// Replies that come piece by piece.
class EventsTest {

    private static final JsonNode BODY = Json.MAPPER.createObjectNode();

    private static List<String> pieces(ScriptedServer server) {
        var pieces = new ArrayList<String>();
        try (var events = IcmLoraClient.of(server.address()).events("/adapter", BODY)) {
            events.forEach(event -> pieces.add(event.toString()));
        }
        return pieces;
    }

    private static IcmLoraException failure(ScriptedServer server) {
        return assertThatExceptionOfType(IcmLoraException.class)
                .isThrownBy(() -> pieces(server))
                .actual();
    }

    @Test
    void aReplyEndsWithItsLastEvent() throws IOException {
        var chat = Reply.ok("data: {\"a\": 1}\n\n: a comment\n\ndata: {\"a\": 2}\n\ndata: [DONE]\n\n");
        var tuning = Reply.ok("data: {\"step\": 1}\n\ndata: {\"reply\": {\"id\": \"x\"}}\n\n");
        try (var server = new ScriptedServer(Reply.of(429), chat, tuning)) {
            assertThat(pieces(server)).containsExactly("{\"a\":1}", "{\"a\":2}");
            assertThat(pieces(server)).containsExactly("{\"step\":1}", "{\"reply\":{\"id\":\"x\"}}");
            assertThat(server.received()).hasSize(3);
        }
    }

    @Test
    void aFailureOnTheWayIsOfTheFunctionsOwnForms() throws IOException {
        var problem = Reply.ok("data: {\"step\": 1}\n\n"
                + "data: {\"error\": {\"title\": \"Too slow\", \"status\": 504, \"detail\": \"it took 30 s\"}}\n\n");
        var openAi = Reply.ok("data: {\"error\": {\"type\": \"server_error\", \"message\": \"it broke\"}}\n\n");
        try (var server = new ScriptedServer(problem, openAi)) {
            var late = failure(server);
            assertThat(late.status()).isEqualTo(504);
            assertThat(late.detail()).isEqualTo("it took 30 s");
            assertThat(failure(server)).hasMessage("500 server_error: it broke");
        }
    }

    @Test
    void aReplyThatBreaksOffIsNotWholeAndIsNotAskedForAgain() throws IOException {
        var half = Reply.ok("data: {\"a\": 1}\n\n");
        try (var server = new ScriptedServer(half, half.brokenOff())) {
            assertThat(failure(server)).hasMessageContaining("breaks off in the middle of an answer");
            assertThat(failure(server)).hasMessageContaining("broke off in the middle of its answer");
            assertThat(server.received()).hasSize(2);
        }
    }

    @Test
    void aFileIsReadAsItComes() throws IOException {
        try (var server = new ScriptedServer(Reply.of(503), Reply.ok("GGUF..."), Reply.of(404))) {
            var client = IcmLoraClient.of(server.address());

            try (var file = client.download("/adapters/a", "application/x-gguf")) {
                assertThat(file.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("GGUF...");
            }
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(() -> client.download("/adapters/b", "application/x-gguf"))
                    .satisfies(e -> assertThat(e.status()).isEqualTo(404));
        }
    }
}
