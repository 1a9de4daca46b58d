package dev.icmlora.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/// Does what a real function does not do when it is asked to: it is busy, breaks connections, takes too long.
/// Replies come in the order in which they were given; a request beyond them hangs.
final class ScriptedServer implements AutoCloseable {

    /// @param status 0 breaks the connection
    /// @param missing bytes that are promised, and do not come
    /// @param breaks whether the connection breaks then; else it hangs
    record Reply(int status, String retryAfter, String body, int missing, boolean breaks) {

        Reply(int status, String retryAfter, String body) {
            this(status, retryAfter, body, 0, true);
        }

        static Reply ok(String body) {
            return new Reply(200, null, body);
        }

        static Reply of(int status) {
            return new Reply(status, null, "{\"title\": \"The function is busy\", \"status\": " + status + "}");
        }

        Reply retryAfter(String value) {
            return new Reply(status, value, body);
        }

        Reply brokenOff() {
            return new Reply(status, retryAfter, body, 10, true);
        }

        Reply stalled() {
            return new Reply(status, retryAfter, body, 10, false);
        }
    }

    static final Reply BROKEN = new Reply(0, null, null);

    private final HttpServer server;
    private final Queue<Reply> replies;
    private final List<Received> received = new CopyOnWriteArrayList<>();

    /// @param nanos when it came
    record Received(long nanos, String method, String path, String authorization, JsonNode body) {}

    ScriptedServer(Reply... replies) throws IOException {
        this.replies = new ArrayDeque<>(List.of(replies));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        received.add(new Received(
                System.nanoTime(),
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                json(exchange)));
        var reply = replies.poll();
        if (reply == null) {
            return;
        }
        if (reply.status() == 0) {
            exchange.close();
            return;
        }
        if (reply.retryAfter() != null) {
            exchange.getResponseHeaders().add("Retry-After", reply.retryAfter());
        }
        var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), bytes.length + reply.missing());
        exchange.getResponseBody().write(bytes);
        exchange.getResponseBody().flush();
        if (reply.breaks()) {
            exchange.close();
        }
    }

    private static JsonNode json(HttpExchange exchange) {
        try {
            return Json.MAPPER.readTree(exchange.getRequestBody());
        } catch (JsonProcessingException e) {
            throw new AssertionError("a request that is no JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
