package dev.icmlora.function.events;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.http.HttpMessageFactory;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Bucket;

/// Sends an event when a task has its outcome, so that functions chain. The same outcome always has the same event id,
/// by which a receiver knows a repetition.
@Singleton
final class Sink {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Optional<URI> address;
    private final ObjectMapper json;
    private HttpClient client;

    /// @param address which Knative sets; empty to send nothing
    Sink(@ConfigProperty(name = "K_SINK") Optional<String> address, ObjectMapper json) {
        this.address = address.filter(text -> !text.isBlank()).map(URI::create);
        this.json = json;
    }

    /// @param state that it ended in, completed or failed
    /// @throws RequestException if the sink does not take it
    void announce(State state, Bucket bucket, TaskKeys keys, String version) {
        if (address.isEmpty()) {
            return;
        }
        var data = new LinkedHashMap<String, String>();
        data.put("bucket", bucket.toString());
        data.put("task", keys.task());
        data.put("version", version);
        if (state == State.COMPLETED) {
            data.put("results", keys.results());
            data.put("summary", keys.summary());
        } else {
            data.put("error", keys.error());
        }
        var end = state.name().toLowerCase(Locale.ROOT);
        post(CloudEventBuilder.v1()
                .withId(TaskKeys.digest(String.join("\n", end, bucket.toString(), keys.task(), version)))
                .withType("dev.icmlora.task." + end)
                .withSource(URI.create("urn:icm-lora:function"))
                .withSubject(keys.task())
                .withTime(OffsetDateTime.now(ZoneOffset.UTC))
                .withData("application/json", bytes(data))
                .build());
    }

    private void post(CloudEvent event) {
        var request = HttpRequest.newBuilder(address.orElseThrow()).timeout(PATIENCE);
        HttpMessageFactory.createWriter(
                        (name, value) -> request.setHeader(name, name.startsWith("ce-") ? encoded(value) : value),
                        body -> request.POST(BodyPublishers.ofByteArray(body)))
                .writeBinary(event);
        try {
            var status =
                    client().send(request.build(), BodyHandlers.discarding()).statusCode();
            if (status >= 300) {
                throw RequestException.redeliver("the sink answered " + status);
            }
        } catch (IOException e) {
            throw RequestException.redeliver("the sink cannot be reached: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestException.redeliver("interrupted");
        }
    }

    /// An attribute as CloudEvents' HTTP binding writes it into a header (section 3.1.3.2): in percent what is no
    /// visible ASCII, and what would be taken for the encoding.
    static String encoded(String value) {
        var encoded = new StringBuilder();
        for (var b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7F && b != '"' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append("%%%02X".formatted(b & 0xFF));
            }
        }
        return encoded.toString();
    }

    private synchronized HttpClient client() {
        if (client == null) {
            client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        }
        return client;
    }

    private byte[] bytes(Map<String, String> data) {
        try {
            return json.writeValueAsBytes(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts has a JSON form", e);
        }
    }
}
