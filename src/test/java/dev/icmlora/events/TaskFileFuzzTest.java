package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;

/// Any bytes are a task file with or without inputs beside it, or are refused with what its writer can read.
/// The second reading finds the inputs that the first one counted.
class TaskFileFuzzTest {

    private static final EventsConfig CONFIG = DefaultConfig.of(EventsConfig.class);
    private static final TaskFile FILES = new TaskFile(StrictReading.JSON, StrictReading.BODIES, CONFIG);
    private static final TaskKeys KEYS =
            TaskKeys.of(CONFIG.tasksPrefix() + "a.json", CONFIG).orElseThrow();

    /// The task file up to the first zero, and the inputs beside it behind that.
    @FuzzTest
    void read(byte[] bytes) {
        var end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        var objects = new Memory(Map.of(
                KEYS.task(), Arrays.copyOf(bytes, end),
                KEYS.inputs(), Arrays.copyOfRange(bytes, Math.min(end + 1, bytes.length), bytes.length)));
        var task = objects.find(KEYS.task()).orElseThrow();
        try {
            var checked = FILES.check(objects, task, KEYS, Optional.empty());
            try (var inputs = TaskFile.Inputs.of(checked.inputs(), StrictReading.JSON)) {
                for (var i = 0; i < checked.count(); i++) {
                    assertThat(inputs.next()).as("input %d", i).isPresent();
                }
                assertThat(inputs.next()).isEmpty();
            }
        } catch (RequestException refusal) {
            StrictReading.requireReadable(refusal);
        }
    }

    /// Two objects in memory; nothing can be written.
    private record Memory(Map<String, byte[]> contents) implements ObjectStore {

        @Override
        public Optional<StoredObject> find(String key) {
            return Optional.ofNullable(contents.get(key))
                    .map(content -> new StoredObject(key, "1", content.length, Map.of()));
        }

        @Override
        public InputStream read(StoredObject object) {
            return new ByteArrayInputStream(contents.get(object.key()));
        }

        @Override
        public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StoredObject> list(String prefix) {
            throw new UnsupportedOperationException();
        }
    }
}
