package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.funqy.knative.events.CloudEventBuilder;

import dev.icmlora.events.EventReader.ObjectCreated;
import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;

/// Any JSON is an event of each provider, or of none, or is refused with what a client can read; the keys
/// that it leads to stay below their prefixes.
class EventFuzzTest {

    private static final EventsConfig CONFIG = DefaultConfig.of(EventsConfig.class);
    private static final EventReader EVENTS = new EventReader(StrictReading.JSON);
    private static final List<String> TYPES = List.of(
            "google.cloud.storage.object.v1.finalized",
            "com.amazonaws.s3.ObjectCreated:Put",
            "Microsoft.Storage.BlobCreated",
            EventReader.SUBMITTED,
            "something.else");

    @FuzzTest
    void read(byte[] body) {
        JsonNode json;
        try {
            json = StrictReading.JSON.readTree(body);
        } catch (IOException e) {
            return;
        }
        var subject = json.path("subject").asText();
        for (var type : TYPES) {
            orRefused(() -> List.of(EVENTS.read(
                    CloudEventBuilder.create().type(type).subject(subject).build(body))));
        }
        orRefused(() -> EventReader.ofNotification(json));
        orRefused(() -> List.of(EventReader.ofPush(json)));
    }

    private interface Reading {
        List<Optional<ObjectCreated>> events();
    }

    private static void orRefused(Reading reading) {
        try {
            for (var event : reading.events()) {
                event.flatMap(created -> TaskKeys.of(created.key(), CONFIG)).ifPresent(EventFuzzTest::requireBelow);
            }
        } catch (RequestException refusal) {
            StrictReading.requireReadable(refusal);
        }
    }

    private static void requireBelow(TaskKeys keys) {
        for (var key : List.of(keys.results(), keys.summary(), keys.error(), keys.state(), keys.parts())) {
            assertThat(key).startsWith(CONFIG.resultsPrefix());
            assertThat(key.split("/")).doesNotContain("..", ".");
        }
    }
}
