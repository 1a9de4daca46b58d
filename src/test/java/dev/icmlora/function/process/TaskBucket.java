package dev.icmlora.function.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.RetryingStore;

/// A bucket as its user sees it, who uploads and looks, and as its provider does, who tells the function of uploads.
///
/// @param store the bucket itself, with no fault in between
public record TaskBucket(Bucket bucket, ObjectStore store) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RECORDED_PUSH = "/dev/icmlora/events/pubsub/finalized.json";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// @return the version of the task file
    public String upload(String name, String task) {
        var content = Content.of(task.getBytes(StandardCharsets.UTF_8));
        return store.write("tasks/" + name + ".json", content, Map.of(), new Condition.IfAbsent());
    }

    public Optional<StoredObject> find(String name, String ending) {
        return store.find("results/" + name + ending);
    }

    /// S3Proxy lists what is being written, too, and cannot say its version yet.
    public List<StoredObject> parts(String name) {
        return new RetryingStore(store, PATIENCE).list("results/" + name + ".parts/");
    }

    public String text(StoredObject object) {
        try (var in = store.read(object)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<JsonNode> results(String name) {
        return lines(text(find(name, ".jsonl").orElseThrow())).toList();
    }

    public JsonNode summary(String name) {
        return json(text(find(name, ".summary.json").orElseThrow()));
    }

    JsonNode state(String name) {
        return json(text(find(name, ".state.json").orElseThrow()));
    }

    JsonNode error(String name) {
        return json(text(find(name, ".error.json").orElseThrow()));
    }

    static Stream<JsonNode> lines(String text) {
        return text.lines().map(TaskBucket::json);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Delivers the event of an upload, in the form that the provider uses for it.
    ///
    /// @return the status that the function answered; 0 if it did not answer
    public int deliver(String function, String name, String version) {
        var key = "tasks/" + name + ".json";
        return switch (bucket.provider()) {
            case GOOGLE ->
                binary(
                        function,
                        "google.cloud.storage.object.v1.finalized",
                        Map.of("bucket", bucket.name(), "name", key, "generation", version));
            case S3 ->
                send(HttpRequest.newBuilder(URI.create(function + "/events/s3"))
                        .header("content-type", "application/json")
                        .POST(body(Map.of("Records", List.of(record(key, version))))));
            case AZURE ->
                send(HttpRequest.newBuilder(URI.create(function))
                        .header("content-type", "application/cloudevents+json; charset=utf-8")
                        .POST(body(blobCreated(key, version))));
            case LOCAL ->
                binary(
                        function,
                        "dev.icmlora.task.submitted",
                        Map.of("bucket", bucket.toString(), "key", key, "version", version));
        };
    }

    /// Delivers the event of an upload to Google's storage as a push subscription does.
    ///
    /// @return the status that the function answered; 0 if it did not answer
    public int push(String function, String name, String version) {
        try (var recorded = TaskBucket.class.getResourceAsStream(RECORDED_PUSH)) {
            var body = JSON.readTree(recorded);
            ((ObjectNode) body.at("/message/attributes"))
                    .put("bucketId", bucket.name())
                    .put("objectId", "tasks/" + name + ".json")
                    .put("objectGeneration", version);
            return send(HttpRequest.newBuilder(URI.create(function + "/events/pubsub"))
                    .header("content-type", "application/json")
                    .POST(body(body)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int binary(String function, String type, Map<String, String> data) {
        return send(HttpRequest.newBuilder(URI.create(function))
                .header("ce-specversion", "1.0")
                .header("ce-id", UUID.randomUUID().toString())
                .header("ce-source", "urn:test")
                .header("ce-type", type)
                .header("content-type", "application/json")
                .POST(body(data)));
    }

    private Map<String, Object> record(String key, String version) {
        var object = Map.of("key", URLEncoder.encode(key, StandardCharsets.UTF_8), "eTag", version);
        return Map.of(
                "eventName",
                "s3:ObjectCreated:Put",
                "s3",
                Map.of("bucket", Map.of("name", bucket.name()), "object", object));
    }

    private Map<String, Object> blobCreated(String key, String version) {
        var account = bucket.name().substring(0, bucket.name().indexOf('/'));
        var container = bucket.name().substring(account.length() + 1);
        return Map.of(
                "specversion",
                "1.0",
                "id",
                UUID.randomUUID().toString(),
                "source",
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/" + account,
                "type",
                "Microsoft.Storage.BlobCreated",
                "subject",
                "/blobServices/default/containers/%s/blobs/%s".formatted(container, key),
                "data",
                Map.of(
                        "api",
                        "PutBlob",
                        "eTag",
                        version,
                        "url",
                        "https://%s.blob.core.windows.net/%s/%s".formatted(account, container, key)));
    }

    private static BodyPublisher body(Object value) {
        try {
            return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
