package dev.icmlora.function.events;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.funqy.knative.events.CloudEvent;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StorageEvent.Other;

/// Reads CloudEvents, whichever provider they come from.
@Singleton
final class CloudEvents {

    private static final List<EventMapper> MAPPERS =
            List.of(new GoogleEvents(), new S3Events(), new AzureEvents(), new OwnEvents());

    private final ObjectMapper json;

    CloudEvents(ObjectMapper json) {
        this.json = json;
    }

    /// @throws RequestException if the event is of a known type and something is missing in it
    StorageEvent read(CloudEvent<byte[]> event) {
        for (var mapper : MAPPERS) {
            if (mapper.accepts(event.type())) {
                var subject = event.subject() == null ? "" : event.subject();
                return mapper.map(subject, data(event.data()));
            }
        }
        return new Other(event.type());
    }

    private JsonNode data(byte[] bytes) {
        try {
            return bytes == null ? MissingNode.getInstance() : json.readTree(bytes);
        } catch (IOException e) {
            throw RequestException.invalid(
                    new Violation("/data", "JSON", null, "/data is not well-formed JSON: " + e.getMessage()));
        }
    }
}
