package dev.icmlora.cli.function;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/// A running function, asked over HTTP as any client would. Every method throws an [IOException] that
/// says what the function said, or that it cannot be reached.
public final class RunningFunction implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int UNAVAILABLE = 503;
    private static final Set<Integer> BUSY = Set.of(429, UNAVAILABLE);
    /// Problems of a function that has not begun with a request.
    private static final Set<String> NOTHING_TAKEN =
            Set.of("urn:icm-lora:problem:shutting-down", "urn:icm-lora:problem:issuer-unavailable");
    private static final Duration BUSY_PATIENCE = Duration.ofMinutes(2);
    private static final Gson JSON = new Gson();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI address;
    private final Optional<String> apiKey;
    private final Optional<String> identityToken;

    /// @param apiKey for the function
    /// @param identityToken for Cloud Run before it
    RunningFunction(URI address, Optional<String> apiKey, Optional<String> identityToken) {
        this.address = URI.create(address.toString().replaceAll("(?<!/)/*$", "/"));
        this.apiKey = apiKey;
        this.identityToken = identityToken;
    }

    /// What the function calls its base model.
    String baseModel() throws IOException, InterruptedException {
        return Replies.object(get("/v1/models", "application/json"))
                .getAsJsonArray("data")
                .get(0)
                .getAsJsonObject()
                .get("id")
                .getAsString();
    }

    /// Answers inputs.
    ///
    /// @param request body of `/generate`
    /// @return body of the reply
    public String generate(String request) throws IOException, InterruptedException {
        return text(post("/generate", request).build());
    }

    /// Defines a function under a name, unless its newest version is the same.
    ///
    /// @param definition body of `PUT /functions/{name}`
    /// @return the function's name with its version, as `urgency@3`
    String define(String name, JsonObject definition) throws IOException, InterruptedException {
        HttpRequest.Builder put = request("/functions/" + encoded(name))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(definition.toString()));
        JsonObject defined = Replies.object(text(put.build()));
        return Replies.field(defined, "name").getAsString() + "@"
                + Replies.field(defined, "version").getAsInt();
    }

    /// A function as it was defined: reply of `GET /functions/{name}`.
    JsonObject function(String name) throws IOException, InterruptedException {
        return Replies.object(get("/functions/" + encoded(name), "application/json"));
    }

    /// The functions that have names, each with `name`, `newest` and `versions`.
    JsonArray functions() throws IOException, InterruptedException {
        JsonObject reply = Replies.object(get("/functions", "application/json"));
        return Replies.field(reply, "functions").getAsJsonArray();
    }

    /// Hands over a job.
    ///
    /// @param request body of `/jobs`
    /// @return the job's id
    String submit(JsonObject request) throws IOException, InterruptedException {
        HttpRequest post = post("/jobs", request.toString()).build();
        // A second job would be done, and paid for, too.
        JsonObject job = Replies.object(text(post, RunningFunction::hasTakenNothing));
        return Replies.field(job, "id").getAsString();
    }

    /// How far a job is: reply of `GET /jobs/{id}`.
    JsonObject job(String id) throws IOException, InterruptedException {
        JsonObject job = Replies.object(get("/jobs/" + id, "application/json"));
        Replies.field(job, "state");
        return job;
    }

    /// The lines of a completed job's results, as they come; closing the stream ends it.
    Stream<String> results(String id) throws IOException, InterruptedException {
        return lines(request("/jobs/" + id + "/results").GET());
    }

    /// Forgets a job that has ended, with its results.
    void forget(String id) throws IOException, InterruptedException {
        text(request("/jobs/" + id).DELETE().build());
    }

    /// Continues a chat.
    ///
    /// @param request body of `/v1/chat/completions` with `stream`
    /// @param pieces is given each piece of the text as it comes
    /// @return what wrote the text: the base model's name or an adapter's id
    String chat(JsonObject request, Consumer<String> pieces) throws IOException, InterruptedException {
        String model = request.get("model").getAsString();
        try (EventStream events = events(post("/v1/chat/completions", JSON.toJson(request)))) {
            for (Optional<JsonObject> chunk = events.next(); chunk.isPresent(); chunk = events.next()) {
                model = chunk.get().get("model").getAsString();
                text(chunk.get()).ifPresent(pieces);
            }
            return model;
        }
    }

    private static Optional<String> text(JsonObject chunk) {
        for (JsonElement choice : chunk.getAsJsonArray("choices")) {
            JsonElement text = choice.getAsJsonObject().getAsJsonObject("delta").get("content");
            if (text != null && !text.isJsonNull()) {
                return Optional.of(text.getAsString());
            }
        }
        return Optional.empty();
    }

    /// The description of the adapter that the function generates for a task.
    JsonObject adapter(JsonObject task) throws IOException, InterruptedException {
        JsonObject request = new JsonObject();
        request.add("task", task);
        return Replies.object(text(post("/adapter", JSON.toJson(request)).build()));
    }

    /// The description of the adapter that the function tunes on a task's examples.
    ///
    /// @param tune how it is tuned
    /// @param progress is told how far it is, each time that the function says so
    JsonObject tuned(JsonObject task, JsonObject tune, Consumer<JsonObject> progress)
            throws IOException, InterruptedException {
        JsonObject request = new JsonObject();
        request.add("task", task);
        request.add("tune", tune);
        HttpRequest.Builder post = post("/adapter", JSON.toJson(request)).header("Accept", "text/event-stream");
        try (EventStream events = events(post)) {
            while (true) {
                JsonObject event = events.next().orElseThrow(() -> new IOException("the function tuned nothing"));
                if (event.has("reply")) {
                    return event.getAsJsonObject("reply");
                }
                progress.accept(event);
            }
        }
    }

    /// Downloads an adapter.
    ///
    /// @param accept media type of the form
    /// @param progress is told the bytes that are there and, first of all, -1 times those that there will be
    byte[] download(String id, String accept, LongConsumer progress) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                send(request("/adapters/" + id).header("Accept", accept).GET().build(), BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                throw Replies.refused(response.statusCode(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
            progress.accept(
                    -response.headers().firstValueAsLong("Content-Length").orElse(0));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 14];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes.write(buffer, 0, n);
                progress.accept(bytes.size());
            }
            return bytes.toByteArray();
        }
    }

    private String get(String path, String accept) throws IOException, InterruptedException {
        return text(request(path).header("Accept", accept).GET().build());
    }

    private HttpRequest.Builder post(String path, String body) {
        return request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address.resolve(path.substring(1))).timeout(PATIENCE);
        apiKey.ifPresent(key -> request.header("Authorization", "Bearer " + key));
        identityToken.ifPresent(token -> request.header("X-Serverless-Authorization", "Bearer " + token));
        return request;
    }

    private EventStream events(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new EventStream(lines(request));
    }

    private Stream<String> lines(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> response = send(request.build(), BodyHandlers.ofLines());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (Stream<String> lines = response.body()) {
            throw Replies.refused(response.statusCode(), String.join("\n", lines.toList()));
        }
    }

    private static boolean isBusy(HttpResponse<String> response) {
        return BUSY.contains(response.statusCode());
    }

    /// A 503 of whatever stands before the function, or of its store, does not say so.
    private static boolean hasTakenNothing(HttpResponse<String> response) {
        return isBusy(response)
                && (response.statusCode() != UNAVAILABLE || NOTHING_TAKEN.contains(Replies.type(response.body())));
    }

    /// Asks a function that is busy again.
    private String text(HttpRequest request) throws IOException, InterruptedException {
        return text(request, RunningFunction::isBusy);
    }

    private String text(HttpRequest request, Predicate<HttpResponse<String>> again)
            throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(BUSY_PATIENCE);
        Pauses pauses = new Pauses();
        while (true) {
            HttpResponse<String> response = send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 == 2) {
                return response.body();
            }
            Duration wait = longer(pauses.next(), retryAfter(response));
            if (!again.test(response) || Instant.now().plus(wait).isAfter(deadline)) {
                throw Replies.refused(response.statusCode(), response.body());
            }
            Thread.sleep(wait);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
    }

    /// So that a name is one part of a path, whatever it is.
    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        try {
            return http.send(request, handler);
        } catch (ConnectException e) {
            throw new IOException("nothing answers at " + address + ": is the function running? (make run)", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
