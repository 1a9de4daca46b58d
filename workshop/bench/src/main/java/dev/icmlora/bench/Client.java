package dev.icmlora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import com.google.gson.Gson;
import com.google.gson.JsonObject;

/// Asks a server, ours or a peer. Thread-safe.
final class Client implements AutoCloseable {

    private static final Gson JSON = new Gson();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final Optional<String> key;

    Client(Server server) {
        this(server.uri());
    }

    Client(URI server) {
        this(server, Optional.empty());
    }

    private Client(URI server, Optional<String> key) {
        this.server = server;
        this.key = key;
    }

    /// A client with an API key.
    static Client withKey(Server server, String key) {
        return new Client(server.uri(), Optional.of(key));
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(server.resolve(path));
        key.ifPresent(known -> request.header("Authorization", "Bearer " + known));
        return request;
    }

    /// @param tokens that were written
    /// @param firstMillis until the first text
    /// @param millis until the end
    record Written(int tokens, double firstMillis, double millis) {

        /// The first token is the prompt's.
        double tokensPerSecond() {
            return (tokens - 1) / (millis - firstMillis) * 1000;
        }
    }

    /// Has text written, and reads it as it comes. Both servers speak this dialect of OpenAI's completions.
    ///
    /// @param tokens to write, whether or not the model would end sooner
    /// @param more fields of the request
    Written write(String prompt, int tokens, Map<String, Object> more) {
        var body = new HashMap<String, Object>(more);
        body.putIfAbsent("model", "any");
        body.put("prompt", prompt);
        body.put("max_tokens", tokens);
        body.put("temperature", 0);
        body.put("ignore_eos", true);
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        var start = System.nanoTime();
        var first = 0.0;
        var written = 0;
        try {
            var response = http.send(post("/v1/completions", body), BodyHandlers.ofLines());
            try (var lines = response.body()) {
                for (var line : (Iterable<String>) lines::iterator) {
                    if (response.statusCode() != 200) {
                        throw new IllegalStateException(response.statusCode() + ": " + line);
                    }
                    if (!line.startsWith("data: {")) {
                        continue;
                    }
                    var event = JSON.fromJson(line.substring("data: ".length()), JsonObject.class);
                    if (first == 0 && hasText(event)) {
                        first = millisSince(start);
                    }
                    if (event.has("usage") && event.get("usage").isJsonObject()) {
                        written = event.getAsJsonObject("usage")
                                .get("completion_tokens")
                                .getAsInt();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Written(written, first, millisSince(start));
    }

    private static boolean hasText(JsonObject event) {
        var choices = event.getAsJsonArray("choices");
        return choices != null
                && !choices.isEmpty()
                && !choices.get(0).getAsJsonObject().get("text").getAsString().isEmpty();
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    /// @throws IllegalStateException if the answer is none of success
    JsonObject ask(String path, Map<String, Object> body) {
        return ask(path, JSON.toJson(body));
    }

    JsonObject ask(String path, String body) {
        return JSON.fromJson(new String(bytes(post(path, body)), UTF_8), JsonObject.class);
    }

    /// Sends a request, and does not wait for its answer.
    CompletableFuture<HttpResponse<byte[]>> sendLater(String path, Map<String, Object> body) {
        return http.sendAsync(post(path, body), BodyHandlers.ofByteArray());
    }

    /// Sends a request, and gives its answer whatever it is.
    HttpResponse<byte[]> send(String path, Map<String, Object> body) throws IOException, InterruptedException {
        return http.send(post(path, body), BodyHandlers.ofByteArray());
    }

    /// The status of an answer to a body that may be anything.
    int status(String path, String body) throws IOException, InterruptedException {
        return http.send(post(path, body), BodyHandlers.discarding()).statusCode();
    }

    /// Uploads an adapter, a GGUF file.
    int upload(byte[] gguf) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(server.resolve("/adapters"))
                .header("Content-Type", "application/x-gguf")
                .PUT(BodyPublishers.ofByteArray(gguf))
                .build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    /// Defines a function.
    void define(String name, Map<String, Object> definition) {
        bytes(request("/functions/" + name)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(JSON.toJson(definition)))
                .build());
    }

    /// The name of the function's base model.
    String baseModel() {
        var models = JSON.fromJson(new String(get("/v1/models", "application/json"), UTF_8), JsonObject.class);
        return models.getAsJsonArray("data").get(0).getAsJsonObject().get("id").getAsString();
    }

    /// The id of a task's adapter.
    String adapter(Map<String, Object> task) {
        return ask("/adapter", Map.of("task", task)).get("id").getAsString();
    }

    /// Has an adapter tuned.
    void tune(Map<String, Object> task, int steps) {
        ask("/adapter", Map.of("task", task, "tune", Map.of("steps", steps)));
    }

    /// A value of the function's metrics.
    ///
    /// @param name of a gauge, maybe with the beginning of its labels
    double gauge(String name) {
        var metrics = new String(get("/q/metrics", "text/plain"), UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .orElseThrow(() -> new IllegalStateException("/q/metrics has no " + name));
    }

    /// @throws IllegalStateException if the answer is none of success
    byte[] get(String path, String accept) {
        return bytes(request(path).header("Accept", accept).build());
    }

    /// The body of a resource; empty for a 404.
    ///
    /// @throws IllegalStateException if the answer is neither of success nor 404
    Optional<byte[]> find(String path, String accept) {
        var response = received(request(path).header("Accept", accept).build());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(success(response));
    }

    private HttpRequest post(String path, Map<String, Object> body) {
        return post(path, JSON.toJson(body));
    }

    private HttpRequest post(String path, String body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private byte[] bytes(HttpRequest request) {
        return success(received(request));
    }

    private HttpResponse<byte[]> received(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] success(HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(response.uri() + " answered " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public void close() {
        http.close();
    }
}
