package dev.icmlora.function.events;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.ObjectStore;

/// A task file or a job that is worked on: where it is, on whose behalf, and until when.
///
/// @param claim the right to work on it
/// @param caller whose adapters and functions may answer, and who pays for it
/// @param deadline of this piece of work, as System.nanoTime() tells it
/// @param inputs finds where they are, if neither in the task file nor beside it
/// @param about what summary and error say of it
/// @param patience until when an adapter that is not known here may be known to another instance
/// @param announced the bucket whose outcomes the sink is told of; empty for none
record Work(
        ObjectStore store,
        TaskKeys keys,
        Claim claim,
        Caller caller,
        long deadline,
        Supplier<Optional<Lines>> inputs,
        Map<String, String> about,
        Instant patience,
        Optional<Bucket> announced) {

    /// The version of the task file.
    String version() {
        return claim.state().version();
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
}
