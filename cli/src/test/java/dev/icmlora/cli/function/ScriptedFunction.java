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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
            ObjectNode problem = JsonNodeFactory.instance.objectNode();
            problem.put("title", "It does not do").put("status", status).put("detail", detail);
            ArrayNode errors = problem.putArray("errors");
            for (String field : fields) {
                errors.addObject().put("field", field).put("message", field + " " + detail);
            }
            return new Reply(status, problem.toString());
        }
    }

    /// @param call method and path, as `GET /functions`
    /// @param body null where there was none
    record Received(String call, JsonNode body) {

        List<String> inputs() {
            return body.get("inputs").valueStream().map(JsonNode::asText).toList();
        }

        String function() {
            return body.get("task").get("function").asText();
        }
    }

    /// What a command did.
    record Ran(int code, String out, String err) {}

    private static final ObjectMapper JSON = new ObjectMapper();

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
                    body.isEmpty() ? null : JSON.readTree(body)));
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
