package dev.icmlora.function.events;

import static dev.icmlora.function.events.EventMapper.required;
import static dev.icmlora.function.events.EventMapper.text;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.Bucket;

/// Our own event, for a caller that has no bucket notifications:
/// `{"bucket": "gs://...", "key": "tasks/...", "version": "..."}`, where the version may be left out.
record OwnEvents() implements EventMapper {

    static final String SUBMITTED = "dev.icmlora.task.submitted";

    @Override
    public boolean accepts(String type) {
        return type.equals(SUBMITTED);
    }

    @Override
    public ObjectCreated map(String subject, JsonNode data) {
        return new ObjectCreated(bucket(required(data, "/bucket")), required(data, "/key"), text(data, "/version"));
    }

    private static Bucket bucket(String text) {
        try {
            return Bucket.parse(text);
        } catch (IllegalArgumentException e) {
            throw RequestException.invalid(new Violation("/data/bucket", "a bucket", text, e.getMessage()));
        }
    }
}
