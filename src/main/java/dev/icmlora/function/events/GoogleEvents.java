package dev.icmlora.function.events;

import static dev.icmlora.function.events.EventMapper.required;
import static dev.icmlora.function.events.EventMapper.text;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.Bucket;

/// Google Cloud Storage by Eventarc: the data is the object's resource.
record GoogleEvents() implements EventMapper {

    @Override
    public boolean accepts(String type) {
        return type.equals("google.cloud.storage.object.v1.finalized");
    }

    @Override
    public ObjectCreated map(String subject, JsonNode data) {
        return new ObjectCreated(
                Bucket.google(required(data, "/bucket")), required(data, "/name"), text(data, "/generation"));
    }
}
