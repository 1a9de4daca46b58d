package dev.icmlora.function.storage;

import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/// Repeats what a store could not do, after growing random pauses, until a time limit.
///
/// A write may have happened although its answer was lost, and then fails its own condition when it is repeated. So
/// each write carries an id, and one that finds its own id in the bucket has succeeded.
public final class RetryingStore implements ObjectStore {

    private static final String WRITE_ID = "icmlorawrite";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /// Of a caller, for a place.
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private final ObjectStore store;
    private final Duration limit;
    private final Semaphore places;

    /// @param limit time from the first failure on, after which the failure is passed on
    public RetryingStore(ObjectStore store, Duration limit) {
        this(store, limit, Integer.MAX_VALUE);
    }

    /// @param callers that may wait for the store at the same time: when it hangs, the threads of others are free for
    /// what needs none
    RetryingStore(ObjectStore store, Duration limit, int callers) {
        this.store = store;
        this.limit = limit;
        this.places = new Semaphore(callers, true);
    }

    @Override
    public Optional<StoredObject> find(String key) {
        return retrying(() -> store.find(key));
    }

    @Override
    public InputStream read(StoredObject object) {
        return retrying(() -> store.read(object));
    }

    @Override
    public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
        return signed(key, metadata, signed -> store.write(key, content, signed, condition));
    }

    @Override
    public String compose(String key, List<StoredObject> parts, Map<String, String> metadata, Condition condition) {
        return signed(key, metadata, signed -> store.compose(key, parts, signed, condition));
    }

    private String signed(String key, Map<String, String> metadata, Function<Map<String, String>, String> write) {
        var id = UUID.randomUUID().toString();
        var signed = new HashMap<>(metadata);
        signed.put(WRITE_ID, id);
        return retrying(() -> {
            try {
                return write.apply(signed);
            } catch (ConditionFailedException e) {
                return store.find(key)
                        .filter(now -> id.equals(now.metadata().get(WRITE_ID)))
                        .map(StoredObject::version)
                        .orElseThrow(() -> e);
            }
        });
    }

    @Override
    public void delete(String key) {
        retrying(() -> {
            store.delete(key);
            return key;
        });
    }

    @Override
    public List<StoredObject> list(String prefix) {
        return retrying(() -> store.list(prefix));
    }

    private <T> T retrying(Supplier<T> action) {
        if (!places.tryAcquire() && !hasWaited()) {
            throw new StorageUnavailableException("too many wait for the store", null);
        }
        try {
            return repeated(action);
        } finally {
            places.release();
        }
    }

    private boolean hasWaited() {
        try {
            return places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private <T> T repeated(Supplier<T> action) {
        var end = Optional.<Long>empty();
        for (var longest = FIRST_PAUSE; ; longest = min(longest.multipliedBy(2), LONGEST_PAUSE)) {
            try {
                return action.get();
            } catch (StorageUnavailableException e) {
                var pause = ThreadLocalRandom.current().nextLong(longest.toNanos());
                end = end.or(() -> Optional.of(System.nanoTime() + limit.toNanos()));
                if (System.nanoTime() + pause - end.get() > 0 || !slept(pause)) {
                    throw e;
                }
            }
        }
    }

    private static boolean slept(long nanos) {
        try {
            Thread.sleep(Duration.ofNanos(nanos));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
