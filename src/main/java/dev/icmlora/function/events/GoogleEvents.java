package dev.icmlora.function.events;

import static dev.icmlora.function.events.EventMapper.missing;
import static dev.icmlora.function.events.EventMapper.required;
import static dev.icmlora.function.events.EventMapper.text;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.storage.Bucket;

/// Google Cloud Storage. By Eventarc, the data is the object's resource. By Pub/Sub, the message's attributes name the
/// object, and its data is not needed.
record GoogleEvents() implements EventMapper {

    private static final String ATTRIBUTES = "/message/attributes";

    @Override
    public boolean accepts(String type) {
        return type.equals("google.cloud.storage.object.v1.finalized");
    }

    @Override
    public ObjectCreated map(String subject, JsonNode data) {
        return new ObjectCreated(
                Bucket.google(required(data, "/bucket")), required(data, "/name"), text(data, "/generation"));
    }

    /// A notification of a bucket, as a push subscription wraps it.
    ///
    /// @throws RequestException if it is none
    static StorageEvent ofPush(JsonNode push) {
        var type = attribute(push, "eventType");
        return type.equals("OBJECT_FINALIZE")
                ? new ObjectCreated(
                        Bucket.google(attribute(push, "bucketId")),
                        attribute(push, "objectId"),
                        text(push, ATTRIBUTES + "/objectGeneration"))
                : new Other(type);
    }

    private static String attribute(JsonNode push, String name) {
        var pointer = ATTRIBUTES + "/" + name;
        return text(push, pointer).orElseThrow(() -> missing(pointer));
    }
}
