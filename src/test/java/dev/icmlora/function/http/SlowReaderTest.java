package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.ENCODER;
import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.define;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.task;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.Requests;

/// Clients that ask and do not read.
@Tag("slow")
@QuarkusTest
class SlowReaderTest {

    private static final int REQUESTS = 1000;
    private static final String REQUEST = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LAST = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final long FEW = 16 << 20;
    /// Half of all, for one caller.
    private static final int PLACES = 32;
    private static final int MORE = 8;
    private static final long LONGER_THAN_IT_TAKES = 3_000;

    @TestHTTPResource("/")
    URI function;

    @Test
    void whoAsksAndAsksIsNotServedOnUntilItReads() throws Exception {
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(1 << 16);
            socket.connect(new InetSocketAddress(function.getHost(), function.getPort()));
            var before = buffered();
            var requests = (REQUEST.repeat(REQUESTS - 1) + LAST).getBytes(US_ASCII);
            var asking = Thread.startVirtualThread(() -> send(socket, requests));

            // The answers have 90 MB in all. Other clients are answered meanwhile.
            for (var i = 0; i < 50; i++) {
                given().get("/q/health/live").then().statusCode(200);
            }
            assertThat(buffered() - before).isLessThan(FEW);

            var answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            asking.join();
            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(REQUESTS + 1);
        }
    }

    private static String request(String form) throws JsonProcessingException {
        return switch (form) {
            case "gguf" -> get("/adapters/" + adapter(), "*/*");
            case "zip" -> get("/adapters/" + adapter(), "application/zip");
            case "function", "define" -> {
                var example = Map.of("input", "long ".repeat(390), "output", "wait");
                var task = task("How urgent is it?", Collections.nCopies(64, example));
                var definition = Map.of("task", task, "labels", List.of("wait", "go"));
                define("long", definition);
                yield form.equals("define")
                        ? sent("PUT", "/functions/long", definition)
                        : get("/functions/long", "*/*");
            }
            case "generate" -> {
                // A token each.
                var labels = IntStream.rangeClosed('A', 'z')
                        .filter(Character::isLetter)
                        .mapToObj(Character::toString)
                        .toList();
                var inputs = Collections.nCopies(100, "dog").toArray(String[]::new);
                yield post("/generate", with(with(body(plurals(), inputs), "labels", labels), "mode", "plain"));
            }
            case "chat" -> {
                var many = with(with(with(chat("A dog"), "n", 8), "max_tokens", 10), "ignore_eos", true);
                yield post("/v1/chat/completions", with(with(many, "logprobs", true), "top_logprobs", 20));
            }
            case "feedback" -> {
                define("spoken", Map.of("task", task("Say it.", List.of())));
                var all = IntStream.range(0, 64)
                        .mapToObj(i -> Map.of("input", "a word", "output", "long ".repeat(390) + i))
                        .toList();
                Requests.post("/functions/spoken/feedback", all).statusCode(200);
                yield post("/functions/spoken/feedback", all.getLast());
            }
            default -> post("/v1/embeddings", Map.of("model", ENCODER, "input", Collections.nCopies(14, "text")));
        };
    }

    private static String post(String path, Object content) throws JsonProcessingException {
        return sent("POST", path, content);
    }

    private static String sent(String method, String path, Object content) throws JsonProcessingException {
        var body = Requests.JSON.writeValueAsString(content);
        return "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(method, path, body.length(), body);
    }

    private static String get(String path, String accept) {
        return "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\n\r\n".formatted(path, accept);
    }

    private static String adapter() {
        return generate(with(body(plurals(), "dog"), "mode", "adapter"))
                .extract()
                .path("adapter.id");
    }

    /// Of what is asked for and not read, a piece is in memory for each place, and nothing for others.
    @ParameterizedTest
    @ValueSource(strings = {"gguf", "zip", "function", "embeddings"})
    void whatIsNotReadTakesPlacesAndLittleMemory(String form) throws Exception {
        var request = request(form);
        var clients = new ArrayList<Socket>();
        var before = buffered();
        try {
            fill(clients, PLACES, request);
            var more = ask(MORE, request);
            clients.addAll(more);
            for (var client : more) {
                assertThat(status(client)).isEqualTo("HTTP/1.1 429");
            }
            assertThat(reply(clients.getLast()))
                    .contains("Retry-After: ", "32 downloads are on their way already, which is the limit");
            assertThat(buffered() - before).isLessThan(FEW);
            given().get("/q/health/live").then().statusCode(200);
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
        Eventually.until(() -> {
            try (var client = asking(request)) {
                return status(client).equals("HTTP/1.1 200");
            }
        });
    }

    /// What was computed is not refused, or it would be computed again.
    @ParameterizedTest
    @ValueSource(strings = {"generate", "chat", "define", "feedback"})
    void whatIsComputedWaitsForAPlace(String form) throws Exception {
        var request = request(form);
        var file = request("gguf");
        var clients = new ArrayList<Socket>();
        var before = buffered();
        try {
            fill(clients, PLACES - 1, file);
            fill(clients, PLACES, request);
            var refused = asking(file);
            clients.add(refused);
            assertThat(status(refused)).isEqualTo("HTTP/1.1 429");

            var waiting = asking(request);
            clients.add(waiting);
            // What is one piece needs no place.
            generate(with(body(plurals(), "dog"), "mode", "plain"));
            Thread.sleep(LONGER_THAN_IT_TAKES);
            assertThat(waiting.getInputStream().available()).isZero();
            assertThat(buffered() - before).isLessThan(FEW);

            clients.getFirst().close();
            assertThat(status(waiting)).isEqualTo("HTTP/1.1 200");
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    /// Each reply that waits is in memory.
    @Test
    void noMoreRepliesWaitThanThereArePlaces() throws Exception {
        var request = request("feedback");
        var clients = new ArrayList<Socket>();
        try {
            fill(clients, PLACES, request);
            var others = ask(PLACES + MORE, request);
            clients.addAll(others);

            Eventually.until(() -> answered(others).size() == MORE);
            for (var client : answered(others)) {
                assertThat(status(client)).isEqualTo("HTTP/1.1 429");
                assertThat(reply(client)).contains("32 large replies wait already, which is the limit");
            }
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    private static List<Socket> answered(List<Socket> clients) throws IOException {
        var answered = new ArrayList<Socket>();
        for (var client : clients) {
            if (client.getInputStream().available() > 0) {
                answered.add(client);
            }
        }
        return answered;
    }

    /// Until so many wait for what they do not read. They ask at once: of clients that ask one after another on a slow
    /// machine, the first connections are closed before the last one asks.
    private void fill(List<Socket> clients, int count, String request) {
        // The place of a request before is free a little after its answer.
        Eventually.until(() -> {
            var asked = ask(count - clients.size(), request);
            for (var client : asked) {
                if (status(client).equals("HTTP/1.1 200")) {
                    clients.add(client);
                } else {
                    client.close();
                }
            }
            return clients.size() == count;
        });
    }

    private List<Socket> ask(int count, String request) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(Collections.<Callable<Socket>>nCopies(count, () -> asking(request))).stream()
                    .map(Future::resultNow)
                    .toList();
        }
    }

    private Socket asking(String request) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(1 << 11);
        socket.connect(new InetSocketAddress(function.getHost(), function.getPort()));
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        return socket;
    }

    /// As far as the status. What follows is not read.
    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), US_ASCII);
    }

    private static String reply(Socket socket) throws IOException {
        socket.shutdownOutput();
        return new String(socket.getInputStream().readNBytes(700), US_ASCII);
    }

    /// Bytes of direct buffers, in which answers wait to be sent.
    private static long buffered() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static void send(Socket socket, byte[] requests) {
        try {
            socket.getOutputStream().write(requests);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
