package dev.icmlora.function.events;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageUnavailableException;

/// The object that holds a [TaskState].
record StateObject(ObjectStore store, String key, ObjectMapper json) {

    /// A state as it was read or written.
    ///
    /// @param version of the object
    record Snapshot(TaskState state, String version) {}

    /// Empty if there is none.
    Optional<Snapshot> read() {
        while (true) {
            var object = store.find(key);
            if (object.isEmpty()) {
                return Optional.empty();
            }
            try (var in = store.read(object.get())) {
                return Optional.of(new Snapshot(
                        json.readValue(in, TaskState.class), object.get().version()));
            } catch (ObjectGoneException e) {
                // Its holder gave a sign in between.
            } catch (JacksonException e) {
                // Not ours. It is taken over like that of a holder who is gone.
                return Optional.of(new Snapshot(
                        TaskState.of("", null).heldBy("unknown"), object.get().version()));
            } catch (IOException e) {
                throw new StorageUnavailableException("cannot read " + key + ": " + e, e);
            }
        }
    }

    /// @param before what it takes the place of; empty if there must be none
    /// @throws ConditionFailedException if it has changed since
    Snapshot write(TaskState state, Optional<Snapshot> before) {
        var condition = before.<Condition>map(old -> new Condition.IfVersion(old.version()))
                .orElseGet(Condition.IfAbsent::new);
        return new Snapshot(state, store.write(key, Content.of(json.writer(), state), Map.of(), condition));
    }
}
