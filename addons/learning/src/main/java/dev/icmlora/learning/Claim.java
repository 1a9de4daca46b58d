package dev.icmlora.learning;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jboss.logging.Logger;

import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageException;

/// The right to improve a function, or to ask a teacher about it, as an object beside its feedback. Its holder keeps
/// rewriting it. When it gave no sign for a lease, its instance is gone, and another one takes over.
///
/// A holder writes what it is about to serve into the claim first. So the next holder finds out what a version came
/// from whose instance was killed before it could say so.
final class Claim implements AutoCloseable {

    /// Clocks of instances may differ by this much. Beyond that they take each other's work away, and still only the
    /// holder decides, since each write of the claim asks for the version before it.
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(Claim.class);
    private static final int SIGNS_PER_LEASE = 6;

    private final ObjectStore store;
    private final String key;
    private final ObjectMapper json;
    private final Thread renewal;
    private Decision decided;
    private String version;
    private boolean held = true;

    /// A version that is to serve.
    ///
    /// @param improvement without the version's number, which is given when it is defined
    @RegisterForReflection
    record Decision(Improvement improvement, FunctionDefinition definition) {}

    /// What the object says.
    ///
    /// @param micros of the holder's last sign
    /// @param random see [Stamp]
    /// @param decided absent where nothing is, and where an improvement says it already
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record State(long micros, long random, Decision decided) {

        private boolean isLeft() {
            return new Stamp(micros, random).isOlderThan(LEASE);
        }
    }

    private Claim(ObjectStore store, String key, ObjectMapper json, Decision decided) {
        this.store = store;
        this.key = key;
        this.json = json;
        this.decided = decided;
        this.renewal = Thread.ofVirtual().name("claim " + key).unstarted(this::renew);
    }

    /// @param there the object as it was found
    /// @param state what it says
    /// @return the claim; empty while another instance holds it
    static Optional<Claim> take(
            ObjectStore store, String key, ObjectMapper json, Optional<StoredObject> there, Optional<State> state) {
        if (state.filter(found -> !found.isLeft()).isPresent()) {
            return Optional.empty();
        }
        var claim = new Claim(store, key, json, state.map(State::decided).orElse(null));
        try {
            claim.write(Condition.unchanged(there.map(StoredObject::version)));
        } catch (ConditionFailedException e) {
            return Optional.empty();
        }
        claim.renewal.start();
        return Optional.of(claim);
    }

    private void write(Condition condition) {
        var sign = Stamp.now();
        var state = new State(sign.micros(), sign.random(), decided);
        version = store.write(key, Content.of(json.writer(), state), Map.of(), condition);
    }

    private void renew() {
        while (slept()) {
            synchronized (this) {
                if (!held) {
                    return;
                }
                try {
                    write(new Condition.IfVersion(version));
                } catch (ConditionFailedException e) {
                    held = false;
                } catch (StorageException e) {
                    LOG.debugf(e, "%s was not renewed", key);
                }
            }
        }
    }

    private static boolean slept() {
        try {
            Thread.sleep(LEASE.dividedBy(SIGNS_PER_LEASE));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /// What an earlier holder decided, or this one, until [#settle].
    synchronized Optional<Decision> decided() {
        return Optional.ofNullable(decided);
    }

    /// Whether no other instance has taken it over, as far as its last sign tells.
    synchronized boolean isHeld() {
        return held;
    }

    /// Decides, if this holder still may.
    synchronized boolean decide(Decision decision) {
        if (!held) {
            return false;
        }
        decided = decision;
        try {
            write(new Condition.IfVersion(version));
            return true;
        } catch (ConditionFailedException e) {
            held = false;
            return false;
        }
    }

    /// An improvement says what was decided, or the version was never made.
    synchronized void settle() {
        decided = null;
    }

    /// Gives it back. What is not settled stays, for the next holder.
    @Override
    public void close() {
        synchronized (this) {
            try {
                if (held && decided == null && isThere()) {
                    store.delete(key);
                }
            } catch (StorageException e) {
                LOG.debugf(e, "%s runs out by itself", key);
            }
            held = false;
        }
        renewal.interrupt();
    }

    private boolean isThere() {
        return store.find(key).filter(there -> there.version().equals(version)).isPresent();
    }
}
