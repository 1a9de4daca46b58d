package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.events.EventReader.ObjectCreated;
import dev.icmlora.events.TaskEvents.Outcome;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.storage.local.LocalStore;

/// How often a store is asked for one task file: each time costs money and a round trip.
@QuarkusTest
class StorageCallsTest {

    @Inject
    TaskEvents events;

    @TempDir
    Path folder;

    /// A store that writes down what it is asked for, but for the signs that a holder gives by the clock.
    private record Counting(ObjectStore store, List<String> calls) implements ObjectStore {

        private void count(String call, String key) {
            if (!Thread.currentThread().getName().startsWith("claim ")) {
                calls.add(call + " " + key.replaceFirst("^.*\\.parts/", "part ").replaceFirst("^.*/[^.]*", ""));
            }
        }

        @Override
        public Optional<StoredObject> find(String key) {
            count("find", key);
            return store.find(key);
        }

        @Override
        public InputStream read(StoredObject object) {
            count("read", object.key());
            return store.read(object);
        }

        @Override
        public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
            count("write", key);
            return store.write(key, content, metadata, condition);
        }

        @Override
        public String compose(String key, List<StoredObject> parts, Map<String, String> metadata, Condition condition) {
            count("compose", key);
            return store.compose(key, parts, metadata, condition);
        }

        @Override
        public void delete(String key) {
            count("delete", key);
            store.delete(key);
        }

        @Override
        public List<StoredObject> list(String prefix) {
            count("list", prefix);
            return store.list(prefix);
        }
    }

    @Test
    void ofATaskFileOfThreeInputs() {
        var calls = Collections.synchronizedList(new ArrayList<String>());
        var store = new Counting(new LocalStore(folder), calls);
        var task =
                "{\"task\": {\"description\": \"Write the plural of %s.\"}, \"mode\": \"adapter\", \"max_tokens\": 1, "
                                .formatted(UUID.randomUUID())
                        + "\"inputs\": [\"dog\", \"bus\", \"day\"]}";
        new LocalStore(folder)
                .write(
                        "tasks/few.json",
                        Content.of(task.getBytes(StandardCharsets.UTF_8)),
                        Map.of(),
                        new Condition.IfAbsent());
        var event = new ObjectCreated(Bucket.local(folder), "tasks/few.json", Optional.empty());

        assertThat(events.handle(store, event)).isEqualTo(Outcome.COMPLETED);

        assertThat(calls).hasSize(8);
        calls.clear();
        assertThat(events.handle(store, event)).isEqualTo(Outcome.DUPLICATE);
        assertThat(calls).hasSize(4);
    }
}
