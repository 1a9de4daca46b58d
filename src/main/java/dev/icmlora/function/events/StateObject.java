package dev.icmlora.function.events;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;

/// The object that holds a [TaskState].
record StateObject(ObjectStore store, String key, ObjectMapper json) {

    /// A state as it was read or written.
    ///
    /// @param version of the object
    record Snapshot(TaskState state, String version) {}

    /// Empty if there is none.
    Optional<Snapshot> read() {
        for (var object = store.find(key); object.isPresent(); object = store.find(key)) {
            var content = store.content(object.get());
            // Otherwise its holder gave a sign in between.
            if (content.isPresent()) {
                return Optional.of(
                        new Snapshot(state(content.get()), object.get().version()));
            }
        }
        return Optional.empty();
    }

    private TaskState state(byte[] content) {
        try {
            return json.readValue(content, TaskState.class);
        } catch (IOException e) {
            // Not ours. It is taken over like that of a holder who is gone.
            return TaskState.of("", null).heldBy("unknown");
        }
    }

    /// @param before what it takes the place of; empty if there must be none
    /// @throws ConditionFailedException if it has changed since
    Snapshot write(TaskState state, Optional<Snapshot> before) {
        var condition = Condition.unchanged(before.map(Snapshot::version));
        return new Snapshot(state, store.write(key, Content.of(json.writer(), state), Map.of(), condition));
    }
}
