package dev.icmlora.function.events;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.jboss.logging.Logger;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.StoredObject;

/// The right to work on a task file: an object that its holder keeps rewriting.
///
/// No clock of another machine is trusted. Whoever wants a lease that is taken watches it for as long as a lease lasts
/// by its own clock; if the object did not change, its holder is gone. A holder that was only slow finds out at its
/// next write, and all that both may have written by then is the same or conditional.
final class Lease implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Lease.class);
    private static final String FREE = "free";
    private static final int SIGNS_PER_LEASE = 4;

    private final ObjectStore store;
    private final String key;
    private final Duration length;
    private final String holder = UUID.randomUUID().toString();
    private final Thread renewal;
    private String version;
    private int signs;
    private boolean held = true;
    private boolean settled;

    private Lease(ObjectStore store, String key, Duration length, Optional<StoredObject> taken) {
        this.store = store;
        this.key = key;
        this.length = length;
        var condition = taken.<Condition>map(old -> new Condition.IfVersion(old.version()))
                .orElseGet(Condition.IfAbsent::new);
        this.version = store.write(key, content(holder + " " + signs), Map.of(), condition);
        this.renewal = Thread.ofVirtual().name("lease " + key).unstarted(this::renew);
    }

    /// Takes the lease, at once or after its holder gave no sign for its length.
    ///
    /// @throws RequestException if its holder is at work
    static Lease acquire(ObjectStore store, String key, Duration length) {
        while (true) {
            var taken = store.find(key);
            if (taken.isPresent() && !isFree(store, taken.get()) && changes(store, taken.get(), length)) {
                continue;
            }
            try {
                var lease = new Lease(store, key, length, taken);
                lease.renewal.start();
                return lease;
            } catch (ConditionFailedException e) {
                throw RequestException.redeliver("another delivery works on it");
            }
        }
    }

    private static boolean isFree(ObjectStore store, StoredObject lease) {
        try (var in = store.read(lease)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).equals(FREE);
        } catch (IOException e) {
            throw new StorageUnavailableException("the lease cannot be read", e);
        } catch (ObjectGoneException e) {
            return false;
        }
    }

    /// @return true if the lease was given back while it was watched, false if its holder is gone
    private static boolean changes(ObjectStore store, StoredObject lease, Duration length) {
        var end = System.nanoTime() + length.toNanos();
        while (System.nanoTime() - end < 0) {
            sleep(length.dividedBy(SIGNS_PER_LEASE));
            if (Thread.currentThread().isInterrupted()) {
                // No sleep would last any more: the store would be asked without a pause.
                throw RequestException.redeliver("interrupted");
            }
            var now = store.find(lease.key());
            if (now.isEmpty()) {
                return true;
            }
            if (!now.get().version().equals(lease.version())) {
                if (isFree(store, now.get())) {
                    return true;
                }
                throw RequestException.redeliver("another delivery works on it");
            }
        }
        return false;
    }

    private void renew() {
        var lastSign = System.nanoTime();
        while (true) {
            sleep(length.dividedBy(SIGNS_PER_LEASE));
            synchronized (this) {
                if (!held) {
                    return;
                }
                try {
                    version = store.write(
                            key, content(holder + " " + ++signs), Map.of(), new Condition.IfVersion(version));
                    lastSign = System.nanoTime();
                } catch (ConditionFailedException e) {
                    held = false;
                } catch (StorageException e) {
                    held = System.nanoTime() - lastSign < length.toNanos();
                }
            }
        }
    }

    /// @throws RequestException if the lease was lost
    synchronized void check() {
        if (!held) {
            throw RequestException.redeliver("the lease was lost, to another delivery or to a storage fault");
        }
    }

    /// Nothing is left to do: closing deletes the lease.
    synchronized void settle() {
        settled = true;
    }

    /// Gives the lease back.
    @Override
    public synchronized void close() {
        var mine = held;
        held = false;
        renewal.interrupt();
        if (!mine) {
            return;
        }
        try {
            if (settled) {
                store.delete(key);
            } else {
                store.write(key, content(FREE), Map.of(), new Condition.IfVersion(version));
            }
        } catch (StorageException e) {
            LOG.debugf(e, "%s runs out by itself", key);
        }
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
