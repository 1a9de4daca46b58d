package dev.icmlora.function.events;

import static dev.icmlora.function.events.EventMapper.required;
import static dev.icmlora.function.events.EventMapper.text;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.storage.Bucket;

/// Amazon S3 and what speaks like it. There is no one CloudEvents form: EventBridge's `detail` and S3's notification
/// record are both taken as data, under the type names that are in use for them.
record S3Events() implements EventMapper {

    @Override
    public boolean accepts(String type) {
        var name = type.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return name.contains("s3") && name.contains("objectcreated");
    }

    @Override
    public ObjectCreated map(String subject, JsonNode data) {
        return data.has("s3") ? ofRecord(data) : ofDetail(data.has("detail") ? data.get("detail") : data);
    }

    private static ObjectCreated ofDetail(JsonNode detail) {
        return new ObjectCreated(
                Bucket.s3(required(detail, "/bucket/name")),
                required(detail, "/object/key"),
                text(detail, "/object/etag").map(EventMapper::unquoted));
    }

    /// A record of a notification in S3's own form, as MinIO, Ceph and others send it to webhooks.
    static StorageEvent ofNotification(JsonNode record) {
        var name = text(record, "/eventName").orElse("");
        return name.contains("ObjectCreated") ? ofRecord(record) : new Other(name);
    }

    /// Here, and only here, the key is encoded as in a query.
    private static ObjectCreated ofRecord(JsonNode record) {
        return new ObjectCreated(
                Bucket.s3(required(record, "/s3/bucket/name")),
                decoded(required(record, "/s3/object/key")),
                text(record, "/s3/object/eTag").map(EventMapper::unquoted));
    }

    private static String decoded(String key) {
        try {
            return URLDecoder.decode(key, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RequestException.invalid(new Violation(
                    "/data/s3/object/key", "URL encoding", key, "/data/s3/object/key is not URL-encoded"));
        }
    }
}
