package dev.icmlora.function.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;

import dev.icmlora.function.api.JobStatus.State;
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

    /// The outcome that is there for a version of the task file, if one is.
    static Optional<State> find(Work work) {
        return Optional.of(State.COMPLETED)
                .filter(_ -> isThere(work.store(), work.keys(), State.COMPLETED, work.version()))
                .or(() -> Optional.of(State.FAILED)
                        .filter(_ -> isThere(work.store(), work.keys(), State.FAILED, work.version())));
    }

    /// Whether the object is there that says so.
    ///
    /// @param end completed or failed
    static boolean isThere(ObjectStore store, TaskKeys keys, State end, String version) {
        return isFor(store.find(end == State.COMPLETED ? keys.results() : keys.error()), version);
    }

    private static boolean isFor(Optional<StoredObject> outcome, String version) {
        return outcome.filter(object -> version.equals(object.metadata().get(SOURCE)))
                .isPresent();
    }

    /// Makes an object the outcome of this version of the task file, in place of that of an older version.
    ///
    /// @throws RequestException if another worker writes it too
    void publish(Work work, String key, Content content) {
        publish(work, key, (metadata, condition) -> work.store().write(key, content, metadata, condition));
    }

    /// The same, of what is written under these metadata and this condition.
    ///
    /// @throws RequestException if another worker writes it too
    void publish(Work work, String key, BiConsumer<Map<String, String>, Condition> write) {
        var version = work.version();
        var metadata = Map.of(SOURCE, version, ORIGIN, "function");
        var old = work.claim().isFirst()
                ? Optional.<StoredObject>empty()
                : work.store().find(key);
        for (var attempt = 0; attempt < 2 && !isFor(old, version); attempt++) {
            try {
                write.accept(
                        metadata,
                        old.<Condition>map(object -> new Condition.IfVersion(object.version()))
                                .orElseGet(Condition.IfAbsent::new));
                return;
            } catch (ConditionFailedException e) {
                old = work.store().find(key);
                work.check();
            }
        }
        if (!isFor(old, version)) {
            throw RequestException.redeliver("another delivery works on it");
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
