package dev.icmlora.function.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.events.StorageEvent.Other;
import dev.icmlora.function.storage.Bucket;

/// Events as their providers document them.
class EventMapperTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static ObjectCreated map(EventMapper mapper, String subject, String data) throws Exception {
        return mapper.map(subject, JSON.readTree(data));
    }

    @Test
    void googleCloudStorage() throws Exception {
        var event = map(
                new GoogleEvents(),
                "objects/tasks/a.json",
                "{\"bucket\": \"b\", \"name\": \"tasks/a b.json\", \"generation\": \"1587627537231057\", \"size\": \"3\"}");

        assertThat(event)
                .isEqualTo(new ObjectCreated(Bucket.google("b"), "tasks/a b.json", Optional.of("1587627537231057")));
    }

    @Test
    void googleCloudStorageByPubSub() throws Exception {
        var bucket = Bucket.google("my-bucket");
        var generation = Optional.of("1764058441182931");

        assertThat(GoogleEvents.ofPush(recorded("finalized")))
                .isEqualTo(new ObjectCreated(bucket, "tasks/intent.json", generation));
        assertThat(GoogleEvents.ofPush(recorded("finalized-with-payload")))
                .isEqualTo(new ObjectCreated(bucket, "tasks/a b+ü.json", generation));
        assertThat(GoogleEvents.ofPush(recorded("deleted"))).isEqualTo(new Other("OBJECT_DELETE"));
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> GoogleEvents.ofPush(recorded("published-by-hand")))
                .withMessageContaining("/message/attributes/eventType");
    }

    /// A push as Pub/Sub sends it.
    private static JsonNode recorded(String name) throws IOException {
        try (var body = EventMapperTest.class.getResourceAsStream("pubsub/" + name + ".json")) {
            return JSON.readTree(body);
        }
    }

    @Test
    void s3ByEventBridge() throws Exception {
        var detail = "{\"bucket\": {\"name\": \"b\"}, \"object\": {\"key\": \"tasks/a+b.json\", \"etag\": \"e1\"}}";
        var expected = new ObjectCreated(Bucket.s3("b"), "tasks/a+b.json", Optional.of("e1"));

        assertThat(map(new S3Events(), "", detail)).isEqualTo(expected);
        assertThat(map(new S3Events(), "", "{\"detail\": " + detail + "}")).isEqualTo(expected);
    }

    @Test
    void s3Notification() throws Exception {
        var record = JSON.readTree("{\"eventName\": \"s3:ObjectCreated:Put\", \"s3\": {\"bucket\": {\"name\": \"b\"}, "
                + "\"object\": {\"key\": \"tasks%2Fa+b%2B%C3%BC.json\", \"eTag\": \"e1\"}}}");

        assertThat(S3Events.ofNotification(record))
                .isEqualTo(new ObjectCreated(Bucket.s3("b"), "tasks/a b+ü.json", Optional.of("e1")));
        assertThat(S3Events.ofNotification(JSON.readTree("{\"eventName\": \"ObjectRemoved:Delete\"}")))
                .isEqualTo(new Other("ObjectRemoved:Delete"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://account.blob.core.windows.net/c/tasks/a.json",
                "http://127.0.0.1:10000/account/c/tasks/a.json"
            })
    void azureBlobStorage(String url) throws Exception {
        var event = map(
                new AzureEvents(),
                "/blobServices/default/containers/c/blobs/tasks/a b.json",
                "{\"api\": \"PutBlob\", \"eTag\": \"\\\"0x8D\\\"\", \"url\": \"" + url + "\"}");

        assertThat(event)
                .isEqualTo(new ObjectCreated(Bucket.azure("account", "c"), "tasks/a b.json", Optional.of("0x8D")));
    }

    @Test
    void ourOwn() throws Exception {
        assertThat(map(new OwnEvents(), "", "{\"bucket\": \"gs://b\", \"key\": \"tasks/a.json\"}"))
                .isEqualTo(new ObjectCreated(Bucket.google("b"), "tasks/a.json", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "{\"bucket\": null}", "{\"bucket\": {}, \"name\": 3}", "\"text\"", "7"})
    void whatIsMissingIsNamed(String data) {
        for (var mapper : new EventMapper[] {new GoogleEvents(), new S3Events(), new AzureEvents(), new OwnEvents()}) {
            assertThatExceptionOfType(RequestException.class)
                    .isThrownBy(() -> map(mapper, "/blobServices/default/containers/c/blobs/b", data))
                    .withMessageContaining("/data");
        }
    }

    @Test
    void typesThatAreInUse() {
        assertThat(new S3Events().accepts("com.amazonaws.s3.ObjectCreated:Put")).isTrue();
        assertThat(new S3Events().accepts("aws.s3.object.created")).isTrue();
        assertThat(new S3Events().accepts("com.amazonaws.s3.ObjectRemoved:Delete"))
                .isFalse();
        assertThat(new GoogleEvents().accepts("google.cloud.storage.object.v1.deleted"))
                .isFalse();
        assertThat(new AzureEvents().accepts("Microsoft.Storage.BlobDeleted")).isFalse();
    }
}
