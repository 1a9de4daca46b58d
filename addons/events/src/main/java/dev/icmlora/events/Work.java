package dev.icmlora.events;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.icmlora.events.JobStatus.State;
import dev.icmlora.events.TaskFile.InputFile;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;

/// A claimed task file or job that an instance works on, and the objects that it writes for the user: each in one
/// conditional step, with metadata that say which version of the task file it belongs to.
///
/// @param claim the right to work on it
/// @param caller whose adapters and functions may answer, and who pays for it
/// @param deadline of this piece of work, as System.nanoTime() tells it
/// @param inputs finds where they are, if neither in the task file nor beside it
/// @param about what summary and error say of it
/// @param patience until when an adapter that is not known here may be known to another instance
/// @param announced the bucket whose outcomes the sink gets; empty for none
record Work(
        ObjectStore store,
        TaskKeys keys,
        Claim claim,
        Caller caller,
        long deadline,
        Supplier<Optional<InputFile>> inputs,
        Map<String, String> about,
        Instant patience,
        Optional<Bucket> announced) {

    /// Metadata: which version of the task file an object is the outcome of, and that this function wrote it.
    private static final String SOURCE = "icmlorasource";

    private static final String ORIGIN = "icmloraorigin";

    static final Map<String, String> OWN = Map.of(ORIGIN, "function");

    /// Whether this function wrote the object: an event for it starts nothing.
    static boolean isOwn(StoredObject object) {
        return object.metadata().containsKey(ORIGIN);
    }

    /// Whether the outcome of a version is there.
    ///
    /// @param end completed or failed
    static boolean isThere(ObjectStore store, TaskKeys keys, State end, String version) {
        return isFor(store.find(end == State.COMPLETED ? keys.results() : keys.error()), version);
    }

    private static boolean isFor(Optional<StoredObject> outcome, String version) {
        return outcome.filter(object -> version.equals(object.metadata().get(SOURCE)))
                .isPresent();
    }

    String version() {
        return claim.state().version();
    }

    Optional<State> outcome() {
        return Stream.of(State.COMPLETED, State.FAILED)
                .filter(end -> isThere(store, keys, end, version()))
                .findFirst();
    }

    /// Asked before anything is stored. A job may have been cancelled, which only the store tells.
    ///
    /// @throws RequestException if the claim was lost
    void check() {
        if (claim.state().job() == null) {
            claim.check();
        } else {
            claim.verify();
        }
    }

    /// Asked after each piece of work and not before the first, so that every delivery comes further.
    ///
    /// @throws RequestException if the deadline has passed
    void checkTime() {
        if (System.nanoTime() - deadline >= 0) {
            throw RequestException.redeliver("the time of one delivery is over");
        }
    }

    boolean mayBeKnownElsewhere() {
        return Instant.now().isBefore(patience) || !claim.state().parts().isEmpty();
    }

    void publish(String key, Content content) {
        publish(key, (metadata, condition) -> store.write(key, content, metadata, condition));
    }

    /// Makes an object the outcome of this version of the task file, in place of that of an older version.
    ///
    /// @param write writes it under these metadata and this condition
    /// @throws RequestException if another instance writes it too
    void publish(String key, BiConsumer<Map<String, String>, Condition> write) {
        var metadata = Map.of(SOURCE, version(), ORIGIN, "function");
        var old = claim.isFirst() ? Optional.<StoredObject>empty() : store.find(key);
        for (var attempt = 0; attempt < 2 && !isFor(old, version()); attempt++) {
            try {
                write.accept(metadata, Condition.unchanged(old.map(StoredObject::version)));
                return;
            } catch (ConditionFailedException e) {
                old = store.find(key);
                check();
            }
        }
        if (!isFor(old, version())) {
            throw RequestException.redeliver("another delivery works on it");
        }
    }
}
