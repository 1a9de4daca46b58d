package dev.icmlora.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.function.UnaryOperator;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;

/// Any JSON object is a message in a revision of the protocol, or is refused with what a client can read.
class MessageFuzzTest {

    @FuzzTest
    void read(byte[] body) {
        JsonNode json;
        try {
            json = StrictReading.JSON.readTree(body);
        } catch (IOException e) {
            return;
        }
        if (!json.isObject()) {
            return;
        }
        try {
            var message = Message.of(json);
            assertThat(message.method()).isNotNull();
            assertThat(message.params().isObject()).isTrue();
            // As a client that means it would send them, and as one without any.
            revision(message, name -> json.at("/headers").path(name).asText());
            revision(message, name -> null);
        } catch (RequestException refusal) {
            StrictReading.requireReadable(refusal);
        }
    }

    private static void revision(Message message, UnaryOperator<String> header) {
        try {
            assertThat(Revisions.of(message, header)).isNotNull();
        } catch (RpcException refusal) {
            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.error().path("message").asText()).isNotBlank();
        }
    }
}
