package dev.icmlora.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.icmlora.function.Requests;

/// A teacher that does what a test wants.
final class StubTeacher implements AutoCloseable {

    /// What it does with the call of this number, from 1 on.
    interface Behaviour {
        void answer(HttpExchange exchange, int call, String input) throws IOException;
    }

    private final List<JsonNode> calls = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final HttpServer server;

    StubTeacher(Behaviour behaviour) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/chat/completions", exchange -> {
            try (exchange) {
                var body = Requests.JSON.readTree(exchange.getRequestBody().readAllBytes());
                keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
                calls.add(body);
                var messages = body.get("messages");
                behaviour.answer(
                        exchange,
                        calls.size(),
                        messages.get(messages.size() - 1).get("content").asText());
            }
        });
        server.start();
    }

    static void say(HttpExchange exchange, String text) throws IOException {
        var message = Map.of("role", "assistant", "content", text);
        var body = Map.of("choices", List.of(Map.of("index", 0, "message", message)));
        write(exchange, 200, Requests.JSON.writeValueAsString(body));
    }

    static void write(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /// Sends the head of a reply, and then nothing until the test ends.
    void dawdle(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String address() {
        return "http://127.0.0.1:%d/v1/".formatted(server.getAddress().getPort());
    }

    /// Bodies of the calls so far.
    List<JsonNode> calls() {
        return calls;
    }

    /// What they had as `Authorization`.
    List<String> keys() {
        return keys;
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
    }
}
