package dev.icmlora.function;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import io.restassured.config.LogConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;

/// Requests to the running function, and calls of an OpenAI client.
public final class Requests {

    private static final int LONG_BODY_TRIES = 5;
    private static final int BEGUN_MILLIS = 20_000;

    public static final String BASE = "SmolLM2-135M-Instruct.Q8_0";
    public static final String ENCODER = "e5-small-v2.Q8_0";
    public static final ObjectMapper JSON = new ObjectMapper();

    public static final List<Map<String, String>> PLURALS = List.of(
            Map.of("input", "cat", "output", "cats"),
            Map.of("input", "mouse", "output", "mice"),
            Map.of("input", "box", "output", "boxes"));

    private Requests() {}

    public static Map<String, Object> task(String description, List<Map<String, String>> examples) {
        return Map.of("description", description, "examples", examples);
    }

    public static Map<String, Object> plurals() {
        return task("Write the plural of the word.", PLURALS);
    }

    /// A valid body for `POST /generate` that is cheap to answer and can be changed.
    public static Map<String, Object> body(Map<String, Object> task, String... inputs) {
        var body = new HashMap<String, Object>();
        body.put("task", task);
        body.put("inputs", new ArrayList<>(List.of(inputs)));
        body.put("mode", "adapter");
        body.put("max_tokens", 8);
        return body;
    }

    public static ValidatableResponse post(String path, Object body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .when()
                .post(path)
                .then();
    }

    /// Of a request with many bytes. Else each of them is written as a number, in case the request fails.
    public static RestAssuredConfig unprinted() {
        return RestAssured.config().logConfig(new LogConfig());
    }

    /// A request with a long body, which the function may refuse before it has read all of it. A client that
    /// still sends may then see the connection end, and asks again.
    public static <T> T withLongBody(Callable<T> request) throws Exception {
        for (var i = 1; ; i++) {
            try {
                return request.call();
            } catch (SocketException e) {
                if (i == LONG_BODY_TRIES) {
                    throw e;
                }
            }
        }
    }

    /// What a client is answered that sends a head, which says that so many bytes follow, and then no more than these.
    public static BufferedReader begun(String path, String type, int length, String body) throws IOException {
        var uri = uri(path);
        var socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(BEGUN_MILLIS);
        var head = "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s";
        socket.getOutputStream()
                .write(head.formatted(path, uri.getAuthority(), type, length, body)
                        .getBytes(US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)) {
            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /// Makes a definition the newest version of a function.
    public static ValidatableResponse define(String name, Object definition) {
        return given().contentType(ContentType.JSON)
                .body(definition)
                .put("/functions/{name}", name)
                .then();
    }

    public static ValidatableResponse generate(Map<String, Object> body) {
        return post("/generate", body).statusCode(200);
    }

    public static List<String> outputs(Map<String, Object> body) {
        return generate(body).extract().jsonPath().getList("outputs");
    }

    /// A chat that is cheap to answer, always the same way.
    public static Map<String, Object> chat(String text) {
        var body = new HashMap<String, Object>();
        body.put("model", BASE);
        body.put("messages", List.of(Map.of("role", "user", "content", text)));
        body.put("temperature", 0);
        body.put("max_tokens", 8);
        return body;
    }

    public static Map<String, Object> completion(String prompt) {
        var body = new HashMap<String, Object>();
        body.put("model", BASE);
        body.put("prompt", prompt);
        body.put("temperature", 0);
        body.put("max_tokens", 8);
        return body;
    }

    /// The same body with another value of a field.
    public static Map<String, Object> with(Map<String, Object> body, String field, Object value) {
        var changed = new HashMap<>(body);
        changed.put(field, value);
        return changed;
    }

    public static ValidatableResponse chatReply(Map<String, Object> body) {
        return post("/v1/chat/completions", body).statusCode(200);
    }

    public static String content(Map<String, Object> body) {
        return chatReply(body).extract().path("choices[0].message.content");
    }

    /// The data of a stream's events; each is JSON but for the last.
    public static List<String> events(String path, Map<String, Object> body) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return stream(client, path, with(body, "stream", true)).toList();
        }
    }

    /// The data of the events that a POST is answered with, as they come. To close them is to leave.
    public static Stream<String> stream(HttpClient client, String path, Map<String, Object> body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofLines());
        if (response.statusCode() != 200
                || !response.headers().firstValue("Content-Type").orElse("").equals("text/event-stream")) {
            throw new AssertionError("no stream: " + response + response.body().toList());
        }
        return response.body().filter(line -> !line.isEmpty()).map(line -> line.replaceFirst("^data: ", ""));
    }

    public static URI uri(String path) {
        return URI.create(RestAssured.baseURI + ":" + RestAssured.port + path);
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }
}
