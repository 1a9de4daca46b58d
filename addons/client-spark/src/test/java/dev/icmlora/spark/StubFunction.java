package dev.icmlora.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/// Speaks as a function does: it answers each text with the same in capitals, at once, and does what it is told to,
/// such as to be busy.
final class StubFunction implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    /// Of a text; beyond it the body is too long.
    static final int LONGEST = 50_000;

    private final HttpServer server;
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger mostAtWork = new AtomicInteger();
    private final AtomicInteger lookedUp = new AtomicInteger();
    private volatile int newest = 3;
    private volatile int busy;
    private volatile int hurried;
    private volatile int goneAfter = Integer.MAX_VALUE;
    private volatile int millis;
    private volatile IntConsumer watcher = number -> {};
    private volatile boolean keeps = true;

    StubFunction() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/functions/echo", this::found);
        server.createContext("/functions/", exchange -> say(exchange, 404, problem(404, "There is no such function")));
        server.createContext("/generate", this::generate);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// A new version is there.
    void improve() {
        newest++;
    }

    /// So many requests are refused first.
    void beBusy(int times) {
        busy = times;
    }

    /// So many requests are answered without a tuned adapter, for want of time.
    void beHurried(int times) {
        hurried = times;
    }

    /// After so many requests there is no function any more.
    void goAfter(int times) {
        goneAfter = times;
    }

    /// A request takes so long.
    void take(int milliseconds) {
        millis = milliseconds;
    }

    /// Takes the number of each request, from 1 on, before it is answered.
    void onRequest(IntConsumer other) {
        watcher = other;
    }

    /// Requests are counted but not kept.
    void forget() {
        keeps = false;
    }

    /// Of each request that was answered or refused.
    List<List<String>> inputs() {
        return requests.stream().map(StubFunction::texts).toList();
    }

    Stream<String> texts() {
        return inputs().stream().flatMap(List::stream);
    }

    /// Names that were asked, in the requests for answers.
    Stream<String> functions() {
        return requests.stream().map(request -> request.at("/task/function").asText());
    }

    int mostAtWork() {
        return mostAtWork.get();
    }

    int lookedUp() {
        return lookedUp.get();
    }

    private static List<String> texts(JsonNode request) {
        List<String> texts = new ArrayList<>();
        request.get("inputs").forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private void found(HttpExchange exchange) throws IOException {
        lookedUp.incrementAndGet();
        say(exchange, 200, JSON.createObjectNode().put("name", "echo").put("version", newest));
    }

    private void generate(HttpExchange exchange) throws IOException {
        mostAtWork.accumulateAndGet(atWork.incrementAndGet(), Math::max);
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        // After the reply the client may ask again at once.
        atWork.decrementAndGet();
        answer(exchange);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var request = JSON.readTree(exchange.getRequestBody());
        synchronized (this) {
            if (busy > 0) {
                busy--;
                exchange.getResponseHeaders().add("Retry-After", "1");
                say(exchange, 429, problem(429, "The function is busy"));
                return;
            }
        }
        if (keeps) {
            requests.add(request);
        }
        var number = count.incrementAndGet();
        watcher.accept(number);
        var texts = texts(request);
        if (number > goneAfter) {
            say(exchange, 404, problem(404, "There is no such function"));
        } else if (texts.stream().mapToInt(String::length).sum() > LONGEST) {
            say(exchange, 413, problem(413, "The body is too long"));
        } else if (texts.contains("")) {
            var problem = problem(400, "The request is not valid");
            for (var i = 0; i < texts.size(); i++) {
                if (texts.get(i).isEmpty()) {
                    problem.withArray("errors")
                            .addObject()
                            .put("field", "/inputs/" + i)
                            .put("message", "/inputs/" + i + " must not be empty");
                }
            }
            say(exchange, 400, problem);
        } else if (hurried > 0) {
            hurried--;
            var reply = reply(texts.stream().map("hurried "::concat).toList(), text -> text);
            reply.putObject("selection").put("served", "adapter").put("hurried", true);
            say(exchange, 200, reply);
        } else {
            say(exchange, 200, reply(texts, text -> text.toUpperCase(Locale.ROOT)));
        }
    }

    private static ObjectNode reply(List<String> texts, UnaryOperator<String> answer) {
        var reply = JSON.createObjectNode();
        for (var text : texts) {
            if (text.startsWith("unsure")) {
                reply.withArray("outputs").addNull();
                reply.withArray("details").addObject().put("confidence", 0.1).put("reason", "less sure than 0.5");
            } else {
                reply.withArray("outputs").add(answer.apply(text));
                reply.withArray("details").addObject().put("confidence", 0.75);
            }
        }
        reply.putObject("usage").put("prompt_tokens", 2 * texts.size()).put("completion_tokens", texts.size());
        return reply;
    }

    private static ObjectNode problem(int status, String title) {
        return JSON.createObjectNode().put("title", title).put("status", status).put("detail", "");
    }

    private static void say(HttpExchange exchange, int status, JsonNode body) throws IOException {
        var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
