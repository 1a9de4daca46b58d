package dev.icmlora.function.events;

import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;

/// Understands the events of one provider.
sealed interface EventMapper permits GoogleEvents, S3Events, AzureEvents, OwnEvents {

    /// Whether this type of CloudEvent is one of "object created".
    boolean accepts(String type);

    /// @param subject of the event, empty if it has none
    /// @throws RequestException if something is missing in the event
    ObjectCreated map(String subject, JsonNode data);

    /// The text at a JSON pointer, if there is one.
    static Optional<String> text(JsonNode data, String pointer) {
        var node = data.at(pointer);
        return node.isValueNode() && !node.isNull() && !node.asText().isEmpty()
                ? Optional.of(node.asText())
                : Optional.empty();
    }

    static String required(JsonNode data, String pointer) {
        return text(data, pointer).orElseThrow(() -> missing("/data" + pointer));
    }

    static RequestException missing(String field) {
        return RequestException.invalid(new Violation(field, "a string", null, field + " is missing in the event"));
    }

    /// An ETag without the quotes that HTTP puts around it.
    static String unquoted(String tag) {
        return tag.replace("\"", "");
    }
}
