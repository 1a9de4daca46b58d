package dev.icmlora.events;

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

    /// Empty if there is none.
    Optional<TaskState> read() {
        for (var object = store.find(key); object.isPresent(); object = store.find(key)) {
            var content = store.content(object.get());
            // Otherwise its holder gave a sign in between.
            if (content.isPresent()) {
                return Optional.of(state(content.get()).at(object.get().version()));
            }
        }
        return Optional.empty();
    }

    private TaskState state(byte[] content) {
        try {
            var state = json.readValue(content, TaskState.class);
            if (state != null) {
                return state;
            }
        } catch (IOException e) {
            // Its message would quote the object.
        }
        // Not ours, or of a newer version. That of a task file is taken over like that of a holder who is gone; a job,
        // which nothing else tells of, is left as it is.
        return TaskState.of("", null).heldBy("unknown");
    }

    /// Writes what follows on the state that was read or written at the same revision.
    ///
    /// @throws ConditionFailedException if it has changed since
    TaskState write(TaskState state) {
        var condition = Condition.unchanged(Optional.ofNullable(state.revision()));
        return state.at(store.write(key, Content.of(json.writer(), state), Map.of(), condition));
    }
}
