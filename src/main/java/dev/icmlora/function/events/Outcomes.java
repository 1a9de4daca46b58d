package dev.icmlora.function.events;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StoredObject;

/// Writes what a user finds in the bucket, each object in one conditional step, and knows its own writing again.
@Singleton
final class Outcomes {

    /// Which version of the task file an object is the outcome of.
    private static final String SOURCE = "icmlorasource";

    private static final String ORIGIN = "icmloraorigin";

    /// Metadata of what this function writes: an event for it starts nothing.
    static final Map<String, String> OWN = Map.of(ORIGIN, "function");

    private final ObjectMapper json;

    Outcomes(ObjectMapper json) {
        this.json = json;
    }

    /// Whether this function wrote the object.
    static boolean isOwn(StoredObject object) {
        return object.metadata().containsKey(ORIGIN);
    }

    /// Whether results or an error are there for this version of the task file.
    static boolean isSettled(ObjectStore store, TaskKeys keys, String version) {
        return isCompleted(store, keys, version) || isFor(store.find(keys.error()), version);
    }

    /// Whether results are there for this version of the task file.
    static boolean isCompleted(ObjectStore store, TaskKeys keys, String version) {
        return isFor(store.find(keys.results()), version);
    }

    private static boolean isFor(Optional<StoredObject> outcome, String version) {
        return outcome.filter(object -> version.equals(object.metadata().get(SOURCE)))
                .isPresent();
    }

    /// Makes an object the outcome of this version of the task file, in place of that of an older version.
    ///
    /// @throws RequestException if another worker writes it too
    void publish(ObjectStore store, String key, Content content, String version) {
        publish(store, key, version, (metadata, condition) -> store.write(key, content, metadata, condition));
    }

    /// The same, of an object that is put together from others.
    ///
    /// @throws RequestException if another worker writes it too
    void publish(ObjectStore store, String key, List<StoredObject> parts, String version) {
        publish(store, key, version, (metadata, condition) -> store.compose(key, parts, metadata, condition));
    }

    private void publish(
            ObjectStore store, String key, String version, BiConsumer<Map<String, String>, Condition> write) {
        var old = store.find(key);
        if (isFor(old, version)) {
            return;
        }
        try {
            var condition = old.<Condition>map(object -> new Condition.IfVersion(object.version()))
                    .orElseGet(Condition.IfAbsent::new);
            write.accept(Map.of(SOURCE, version, ORIGIN, "function"), condition);
        } catch (ConditionFailedException e) {
            if (!isFor(store.find(key), version)) {
                throw RequestException.redeliver("another delivery works on it");
            }
        }
    }

    /// An explanation in place of results.
    Content explanation(Problem problem, Map<String, String> task) {
        var tree = new LinkedHashMap<String, Object>();
        json.valueToTree(problem).properties().forEach(field -> tree.put(field.getKey(), field.getValue()));
        tree.put("task", task);
        return content(tree);
    }

    /// A value as JSON that a person reads.
    Content content(Object value) {
        try {
            return Content.of(json.writerWithDefaultPrettyPrinter().writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("outcomes have a JSON form", e);
        }
    }
}
