package dev.icmlora.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.funqy.knative.events.CloudEventBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.events.EventReader.ObjectCreated;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Bucket;

/// Events as their providers document them.
class EventReaderTest {

    private static final String GOOGLE = "google.cloud.storage.object.v1.finalized";
    private static final String S3 = "com.amazonaws.s3.ObjectCreated:Put";
    private static final String AZURE = "Microsoft.Storage.BlobCreated";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Optional<ObjectCreated> read(String type, String subject, String data) {
        var event = CloudEventBuilder.create().type(type).subject(subject).build(data.getBytes(UTF_8));
        return new EventReader(JSON).read(event);
    }

    @Test
    void googleCloudStorage() throws Exception {
        var event = read(
                GOOGLE,
                "objects/tasks/a.json",
                "{\"bucket\": \"b\", \"name\": \"tasks/a b.json\", \"generation\": \"1587627537231057\", \"size\": \"3\"}");

        assertThat(event)
                .contains(new ObjectCreated(Bucket.google("b"), "tasks/a b.json", Optional.of("1587627537231057")));
    }

    @Test
    void googleCloudStorageByPubSub() throws Exception {
        var bucket = Bucket.google("my-bucket");
        var generation = Optional.of("1764058441182931");

        assertThat(EventReader.ofPush(recorded("finalized")))
                .contains(new ObjectCreated(bucket, "tasks/intent.json", generation));
        assertThat(EventReader.ofPush(recorded("finalized-with-payload")))
                .contains(new ObjectCreated(bucket, "tasks/a b+ü.json", generation));
        assertThat(EventReader.ofPush(recorded("deleted"))).isEmpty();
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> EventReader.ofPush(recorded("published-by-hand")))
                .withMessageContaining("/message/attributes/eventType");
    }

    /// A push as Pub/Sub sends it.
    private static JsonNode recorded(String name) throws IOException {
        try (var body = EventReaderTest.class.getResourceAsStream("pubsub/" + name + ".json")) {
            return JSON.readTree(body);
        }
    }

    @Test
    void s3ByEventBridge() throws Exception {
        var detail = "{\"bucket\": {\"name\": \"b\"}, \"object\": {\"key\": \"tasks/a+b.json\", \"etag\": \"e1\"}}";
        var expected = new ObjectCreated(Bucket.s3("b"), "tasks/a+b.json", Optional.of("e1"));

        assertThat(read(S3, "", detail)).contains(expected);
        assertThat(read(S3, "", "{\"detail\": " + detail + "}")).contains(expected);
    }

    @Test
    void s3Notification() throws Exception {
        var records = JSON.readTree(
                "{\"Records\": [{\"eventName\": \"s3:ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"b\"}, "
                        + "\"object\": {\"key\": \"tasks%2Fa+b%2B%C3%BC.json\", \"eTag\": \"e1\"}}}, "
                        + "{\"eventName\": \"ObjectRemoved:Delete\"}]}");

        assertThat(EventReader.ofNotification(records))
                .containsExactly(
                        Optional.of(new ObjectCreated(Bucket.s3("b"), "tasks/a b+ü.json", Optional.of("e1"))),
                        Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://account.blob.core.windows.net/c/tasks/a.json",
                "http://127.0.0.1:10000/account/c/tasks/a.json"
            })
    void azureBlobStorage(String url) throws Exception {
        var event = read(
                AZURE,
                "/blobServices/default/containers/c/blobs/tasks/a b.json",
                "{\"api\": \"PutBlob\", \"eTag\": \"\\\"0x8D\\\"\", \"url\": \"" + url + "\"}");

        assertThat(event)
                .contains(new ObjectCreated(Bucket.azure("account", "c"), "tasks/a b.json", Optional.of("0x8D")));
    }

    @Test
    void ourOwn() throws Exception {
        assertThat(read(EventReader.SUBMITTED, "", "{\"bucket\": \"gs://b\", \"key\": \"tasks/a.json\"}"))
                .contains(new ObjectCreated(Bucket.google("b"), "tasks/a.json", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "{\"bucket\": null}", "{\"bucket\": {}, \"name\": 3}", "\"text\"", "7"})
    void whatIsMissingIsNamed(String data) {
        for (var type : List.of(GOOGLE, S3, AZURE, EventReader.SUBMITTED)) {
            assertThatExceptionOfType(RequestException.class)
                    .isThrownBy(() -> read(type, "/blobServices/default/containers/c/blobs/b", data))
                    .withMessageContaining("/data");
        }
    }

    @Test
    void typesThatAreInUse() {
        var s3 = "{\"bucket\": {\"name\": \"b\"}, \"object\": {\"key\": \"tasks/a.json\"}}";
        assertThat(read("aws.s3.object.created", "", s3)).isPresent();
        for (var type : List.of(
                "com.amazonaws.s3.ObjectRemoved:Delete",
                "google.cloud.storage.object.v1.deleted",
                "Microsoft.Storage.BlobDeleted")) {
            assertThat(read(type, "", s3)).isEmpty();
        }
    }
}
