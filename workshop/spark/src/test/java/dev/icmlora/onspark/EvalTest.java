package dev.icmlora.onspark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Of a function that is right about half of the inputs.
class EvalTest {
    private static final int TASKS = 3;

    @TempDir
    private Path scratch;

    private HttpServer function;

    @BeforeEach
    void start() throws IOException {
        function = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        function.createContext("/generate", EvalTest::answer);
        function.start();
        Path tasks = Files.createDirectory(scratch.resolve("tasks"));
        for (int i = 0; i < TASKS; i++) {
            Files.writeString(
                    tasks.resolve("kind%d.jsonl".formatted(i)),
                    "{\"description\": \"Is it a fruit or a tool?\"}\n" + examples());
        }
    }

    @AfterEach
    void stop() {
        function.stop(0);
    }

    private static String examples() {
        return IntStream.range(0, 16)
                .mapToObj(i ->
                        "{\"input\": \"thing %d\", \"output\": \"%s\"}\n".formatted(i, i % 2 == 0 ? "fruit" : "tool"))
                .collect(Collectors.joining());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] body = """
                {"outputs": ["fruit"], "details": [{"confidence": 0.75, "calibrated": true}]}""".getBytes(UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void tablesAndLinesAreTheSameButForTheSeconds() throws IOException {
        Path alone = eval("alone");
        Path together = eval("together", "--spark", "local[2]");

        assertThat(lines(together)).hasSize(2 * TASKS * 2).isEqualTo(lines(alone));
    }

    private Path eval(String name, String... more) {
        Path out = scratch.resolve(name);
        String[] arguments = {
            "eval",
            scratch.resolve("tasks").toString(),
            "--url",
            "http://127.0.0.1:" + function.getAddress().getPort(),
            "--modes=tuned,auto",
            "--examples=2",
            "--seeds=2",
            "--inputs=1",
            "--no-controls",
            "--out",
            out.toString()
        };
        Commands.run(Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new));
        return out;
    }

    private static List<String> lines(Path out) throws IOException {
        return Files.readAllLines(out.resolve("folder.jsonl")).stream()
                .map(line -> line.replaceFirst("\"seconds\":[^,]*,", ""))
                .toList();
    }
}
