package dev.icmlora.commands.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import dev.icmlora.commands.Workshop;

/// Of a function that answers one input in mode `tuned`, and refuses mode `examples`.
class EvalCommandTest {
    private static final String ANSWER = """
            {"outputs": ["fruit"], "details": [{"confidence": 0.75, "calibrated": true}]}""";
    private static final String REFUSAL = """
            {"status": 400, "title": "The request is invalid",
             "detail": "/task/examples has 128 entries, at most 64 are allowed"}""";

    @TempDir
    private Path scratch;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer function;

    @BeforeEach
    void start() throws IOException {
        function = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        function.createContext("/generate", EvalCommandTest::answer);
        function.start();
        String examples = IntStream.range(0, 8)
                .mapToObj(i ->
                        "{\"input\": \"thing %d\", \"output\": \"%s\"}\n".formatted(i, i % 2 == 0 ? "fruit" : "tool"))
                .collect(Collectors.joining());
        Path tasks = Files.createDirectory(scratch.resolve("tasks"));
        Files.writeString(tasks.resolve("kind.jsonl"), "{\"description\": \"Is it a fruit or a tool?\"}\n" + examples);
    }

    @AfterEach
    void stop() {
        function.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        boolean refused = new String(exchange.getRequestBody().readAllBytes(), UTF_8).contains("\"mode\":\"examples\"");
        byte[] body = (refused ? REFUSAL : ANSWER).getBytes(UTF_8);
        exchange.sendResponseHeaders(refused ? 400 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void aModeThatIsRefusedIsSaidToBeAndTheOthersAreMeasured() {
        int code = eval("http://127.0.0.1:" + function.getAddress().getPort());

        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("| `examples` | 2 | 0 | refused |", "| `tuned` | 2 | 1 |", "| user/kind | 2 | refused |")
                .contains("- `examples` at 2: the function refused (400): /task/examples has 128 entries");
    }

    @Test
    void whereNoFunctionIsNothingIsMeasured() {
        function.stop(0);

        int code = eval("http://127.0.0.1:" + function.getAddress().getPort());

        assertThat(code).isOne();
        assertThat(err.toString()).contains("is the function running?");
    }

    private int eval(String url) {
        CommandLine command =
                Workshop.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(
                "eval",
                scratch.resolve("tasks").toString(),
                "--url",
                url,
                "--modes=examples,tuned",
                "--examples=2",
                "--inputs=1",
                "--no-controls",
                "--out",
                scratch.resolve("out").toString());
    }
}
