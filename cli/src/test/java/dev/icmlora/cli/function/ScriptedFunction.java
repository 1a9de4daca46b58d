package dev.icmlora.cli.function;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import picocli.CommandLine;

import dev.icmlora.cli.IcmLora;

/// Does what a real function does not do when it is asked to: it is busy, or has not enough time. Replies come in
/// the order in which they were given; beyond them, each request is refused. conformance/cli.py runs the same
/// commands against the real one.
final class ScriptedFunction implements AutoCloseable {

    record Reply(int status, String body) {

        static Reply ok(String body) {
            return new Reply(200, body);
        }

        /// Problem details, with what is wrong with single fields.
        static Reply problem(int status, String detail, String... fields) {
            JsonObject problem = new JsonObject();
            problem.addProperty("title", "It does not do");
            problem.addProperty("status", status);
            problem.addProperty("detail", detail);
            JsonArray errors = new JsonArray();
            for (String field : fields) {
                JsonObject error = new JsonObject();
                error.addProperty("field", field);
                error.addProperty("message", field + " " + detail);
                errors.add(error);
            }
            if (fields.length > 0) {
                problem.add("errors", errors);
            }
            return new Reply(status, problem.toString());
        }
    }

    /// @param call method and path, as `GET /functions`
    /// @param body null where there was none
    record Received(String call, JsonElement body) {

        List<String> inputs() {
            return body.getAsJsonObject().getAsJsonArray("inputs").asList().stream()
                    .map(JsonElement::getAsString)
                    .toList();
        }

        String function() {
            return body.getAsJsonObject()
                    .getAsJsonObject("task")
                    .get("function")
                    .getAsString();
        }
    }

    /// What a command did.
    record Ran(int code, String out, String err) {}

    private final HttpServer server;
    private final Queue<Reply> replies;
    private final List<Received> received = new CopyOnWriteArrayList<>();

    ScriptedFunction(Reply... replies) throws IOException {
        this.replies = new ArrayDeque<>(List.of(replies));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(new Received(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath(),
                    body.isEmpty() ? null : JsonParser.parseString(body)));
            Reply reply = replies.isEmpty() ? Reply.problem(404, "was not expected") : replies.remove();
            byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    List<String> calls() {
        return received.stream().map(Received::call).toList();
    }

    /// Runs a command that asks this function.
    ///
    /// @param standardInput what it reads
    Ran run(String standardInput, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commands =
                IcmLora.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        var before = System.in;
        System.setIn(new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)));
        try {
            int code = commands.execute(
                    Stream.concat(Stream.of(arguments), Stream.of("--url", url)).toArray(String[]::new));
            return new Ran(code, out.toString(), err.toString());
        } finally {
            System.setIn(before);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
