package dev.icmlora.events;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.icmlora.events.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Bucket;

/// Sends a CloudEvent, in binary mode, when a task file has its outcome, so that functions chain. The same outcome
/// always has the same event id, by which a receiver knows a repetition.
@Singleton
final class Sink {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Optional<URI> address;

    /// @param address which Knative sets; empty to send nothing
    Sink(@ConfigProperty(name = "K_SINK") Optional<String> address) {
        this.address = address.filter(text -> !text.isBlank()).map(URI::create);
    }

    /// @param state that it ended in, completed or failed
    /// @throws RequestException if the sink does not take it
    void announce(State state, Bucket bucket, TaskKeys keys, String version) {
        if (address.isEmpty()) {
            return;
        }
        var data = JsonNodeFactory.instance.objectNode();
        data.put("bucket", bucket.toString()).put("task", keys.task()).put("version", version);
        if (state == State.COMPLETED) {
            data.put("results", keys.results()).put("summary", keys.summary());
        } else {
            data.put("error", keys.error());
        }
        var end = state.name().toLowerCase(Locale.ROOT);
        send(HttpRequest.newBuilder(address.get())
                .timeout(PATIENCE)
                .header("ce-specversion", "1.0")
                .header("ce-id", TaskKeys.digest(String.join("\n", end, bucket.toString(), keys.task(), version)))
                .header("ce-type", "dev.icmlora.task." + end)
                .header("ce-source", "urn:icm-lora:function")
                .header("ce-subject", encoded(keys.task()))
                .header("ce-time", Instant.now().toString())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(data.toString()))
                .build());
    }

    private void send(HttpRequest event) {
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var status = client.send(event, BodyHandlers.discarding()).statusCode();
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
}
