package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a program shows to be let in, to the function and to Cloud Run before it.
class CredentialsTest {

    private final List<Headers> received = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestHeaders());
            var reply = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private IcmLoraClient client() {
        return IcmLoraClient.of(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    private static void ask(IcmLoraClient client) {
        client.post("/v1/embeddings", Json.MAPPER.createObjectNode());
    }

    @Test
    void anIdentityTokenIsAskedForAtEachRequestAndGoesBesideTheKey() {
        var tokens = new AtomicInteger();

        var client = client().withIdentityToken(() -> "token " + tokens.incrementAndGet())
                .withKey("secret");
        ask(client);
        ask(client);

        assertThat(received)
                .extracting(headers -> headers.getFirst("X-Serverless-Authorization"))
                .containsExactly("Bearer token 1", "Bearer token 2");
        assertThat(received)
                .extracting(headers -> headers.getFirst("Authorization"))
                .containsExactly("Bearer secret", "Bearer secret");
    }

    @Test
    void eitherGoesAloneOrNeither() {
        ask(client().withIdentityToken(() -> "token"));
        ask(client().withKey("secret"));
        ask(client());

        assertThat(received)
                .extracting(headers -> headers.getFirst("X-Serverless-Authorization"))
                .containsExactly("Bearer token", null, null);
        assertThat(received)
                .extracting(headers -> headers.getFirst("Authorization"))
                .containsExactly(null, "Bearer secret", null);
    }
}
