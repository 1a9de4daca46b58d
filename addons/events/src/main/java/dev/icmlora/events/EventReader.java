package dev.icmlora.events;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.funqy.knative.events.CloudEvent;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.storage.Bucket;

/// Reads events, in the form of each provider. Every method throws a [RequestException] that names what is
/// missing in an event of a known type.
@Singleton
final class EventReader {

    /// Our own event, for a caller that has no bucket notifications:
    /// `{"bucket": "gs://...", "key": "tasks/...", "version": "..."}`, where the version may be left out.
    static final String SUBMITTED = "dev.icmlora.task.submitted";

    private static final Logger LOG = Logger.getLogger(EventReader.class);
    /// Of a notification: each is dealt with in a thread of its own.
    private static final int MOST_RECORDS = 1000;
    private static final String ATTRIBUTES = "/message/attributes/";
    private static final Pattern AZURE_SUBJECT =
            Pattern.compile("/blobServices/[^/]+/containers/([^/]+)/blobs/(.+)", Pattern.DOTALL);
    /// No address, which is what the emulator has.
    private static final Pattern AZURE_HOST =
            Pattern.compile("(?!(?:localhost|[0-9.]+)(?::|$))([A-Za-z0-9-]++)[A-Za-z0-9.-]*+(?::\\d+)?");

    private final ObjectMapper json;

    EventReader(ObjectMapper json) {
        this.json = json;
    }

    /// An object that was written.
    ///
    /// @param version generation or ETag, if the sender knows it
    record ObjectCreated(Bucket bucket, String key, Optional<String> version) {}

    /// Empty where something else happened.
    Optional<ObjectCreated> read(CloudEvent<byte[]> event) {
        return switch (event.type()) {
            case "google.cloud.storage.object.v1.finalized" -> Optional.of(google(data(event)));
            case "Microsoft.Storage.BlobCreated" -> Optional.of(azure(event.subject(), data(event)));
            case SUBMITTED -> Optional.of(own(data(event)));
            case String type when isS3(type) -> Optional.of(s3(data(event)));
            case String type -> ignored(type);
        };
    }

    private static Optional<ObjectCreated> ignored(String type) {
        LOG.debugf("Nothing is done for an event of the type %s", type);
        return Optional.empty();
    }

    private JsonNode data(CloudEvent<byte[]> event) {
        try {
            return event.data() == null ? MissingNode.getInstance() : json.readTree(event.data());
        } catch (IOException e) {
            throw RequestException.invalid(
                    new Violation("/data", "JSON", null, "/data is not well-formed JSON: " + e.getMessage()));
        }
    }

    private static ObjectCreated own(JsonNode data) {
        var bucket = required(data, "/bucket");
        try {
            return new ObjectCreated(Bucket.parse(bucket), required(data, "/key"), text(data, "/version"));
        } catch (IllegalArgumentException e) {
            throw RequestException.invalid(new Violation("/data/bucket", "a bucket", bucket, e.getMessage()));
        }
    }

    /// Google Cloud Storage by Eventarc: the data is the object's resource.
    private static ObjectCreated google(JsonNode data) {
        return new ObjectCreated(
                Bucket.google(required(data, "/bucket")), required(data, "/name"), text(data, "/generation"));
    }

    /// Google Cloud Storage by Pub/Sub, as a push subscription wraps its notifications: the message's attributes name
    /// the object, and its data is not needed.
    static Optional<ObjectCreated> ofPush(JsonNode push) {
        var type = attribute(push, "eventType");
        if (!type.equals("OBJECT_FINALIZE")) {
            return ignored(type);
        }
        return Optional.of(new ObjectCreated(
                Bucket.google(attribute(push, "bucketId")),
                attribute(push, "objectId"),
                text(push, ATTRIBUTES + "objectGeneration")));
    }

    private static String attribute(JsonNode push, String name) {
        return text(push, ATTRIBUTES + name).orElseThrow(() -> missing(ATTRIBUTES + name));
    }

    /// There is no one CloudEvents form of Amazon S3 and what speaks like it: EventBridge's `detail` and S3's
    /// notification record are both taken as data, under the type names that are in use for them.
    private static boolean isS3(String type) {
        var name = type.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return name.contains("s3") && name.contains("objectcreated");
    }

    private static ObjectCreated s3(JsonNode data) {
        if (data.has("s3")) {
            return s3Record(data);
        }
        var detail = data.has("detail") ? data.get("detail") : data;
        return new ObjectCreated(
                Bucket.s3(required(detail, "/bucket/name")),
                required(detail, "/object/key"),
                tag(detail, "/object/etag"));
    }

    /// S3's own notification, as MinIO, Ceph and others send it to webhooks: one or more records.
    static List<Optional<ObjectCreated>> ofNotification(JsonNode notification) {
        if (!notification.isObject()) {
            throw RequestException.invalid(new Violation("", "an object", null, "the body must be an object"));
        }
        var records = notification.path("Records");
        if (!records.isArray() && !records.isMissingNode()) {
            throw RequestException.invalid(
                    new Violation("/Records", "an array", Violation.shown(records), "/Records must be an array"));
        }
        var violations = new Violations();
        violations.count("/Records", records.size(), MOST_RECORDS);
        violations.raise();
        // A message that tests the connection has none.
        if (records.isEmpty()) {
            return List.of(ignored("a message without records"));
        }
        var events = new ArrayList<Optional<ObjectCreated>>();
        for (var record : records) {
            var name = text(record, "/eventName").orElse("");
            events.add(name.contains("ObjectCreated") ? Optional.of(s3Record(record)) : ignored(name));
        }
        return events;
    }

    /// Here, and only here, the key is encoded as in a query.
    private static ObjectCreated s3Record(JsonNode record) {
        var bucket = Bucket.s3(required(record, "/s3/bucket/name"));
        var key = required(record, "/s3/object/key");
        try {
            var decoded = URLDecoder.decode(key, StandardCharsets.UTF_8);
            return new ObjectCreated(bucket, decoded, tag(record, "/s3/object/eTag"));
        } catch (IllegalArgumentException e) {
            throw RequestException.invalid(new Violation(
                    "/data/s3/object/key", "URL encoding", key, "/data/s3/object/key is not URL-encoded"));
        }
    }

    /// Azure Blob Storage by Event Grid, in its CloudEvents schema. Container and blob are named by the subject,
    /// unencoded; the account only by the URL.
    private static ObjectCreated azure(String subject, JsonNode data) {
        var path = AZURE_SUBJECT.matcher(subject == null ? "" : subject);
        if (!path.matches()) {
            throw missing("/subject (/blobServices/default/containers/…/blobs/…)");
        }
        return new ObjectCreated(
                Bucket.azure(azureAccount(required(data, "/url")), path.group(1)), path.group(2), tag(data, "/eTag"));
    }

    /// `https://account.blob.core.windows.net/...`, or `http://127.0.0.1:10000/account/...` of the emulator.
    private static String azureAccount(String url) {
        // The blob's name may hold anything; scheme, host and the first folder are all that is asked for.
        var parts = url.split("/", 5);
        if (parts.length < 5 || !parts[1].isEmpty()) {
            throw missing("/data/url (https://account…/container/blob)");
        }
        var host = AZURE_HOST.matcher(parts[2]);
        return host.matches() ? host.group(1) : parts[3];
    }

    /// The text at a JSON pointer, if there is one.
    private static Optional<String> text(JsonNode data, String pointer) {
        var node = data.at(pointer);
        return node.isValueNode() && !node.isNull() && !node.asText().isEmpty()
                ? Optional.of(node.asText())
                : Optional.empty();
    }

    private static String required(JsonNode data, String pointer) {
        return text(data, pointer).orElseThrow(() -> missing("/data" + pointer));
    }

    private static RequestException missing(String field) {
        return RequestException.invalid(new Violation(field, "a string", null, field + " is missing in the event"));
    }

    /// An ETag without the quotes that HTTP puts around it.
    private static Optional<String> tag(JsonNode data, String pointer) {
        return text(data, pointer).map(tag -> tag.replace("\"", ""));
    }
}
