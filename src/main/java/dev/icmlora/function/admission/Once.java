package dev.icmlora.function.admission;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import dev.icmlora.engine.request.Cancellation;

/// Makes a thing once for all who ask for it at the same time: the first makes it, the others wait and find
/// it where it was put, and have no place in the admission meanwhile. If the first fails or leaves, the next makes it.
/// Thread-safe.
public final class Once<K, V> {

    /// How soon one who waits notices that nobody waits for it any more.
    private static final long NOTICE_MILLIS = 50;
    /// What is made sooner, or only looked up, is not worth a place.
    private static final long SOON_MILLIS = 5;

    private final ConcurrentMap<K, CountDownLatch> making = new ConcurrentHashMap<>();

    /// @param known finds what was made before
    /// @param make makes it, and puts it where `known` finds it
    /// @throws dev.icmlora.engine.request.CancelledException if nobody waits for it any more
    public V of(K key, Supplier<Optional<V>> known, Supplier<V> make, Cancellation cancellation) {
        return of(key, known, make, cancellation, () -> false).orElseThrow();
    }

    /// The same for one who does not wait for long while another makes it.
    ///
    /// @param impatient whether the wait is over
    /// @return empty if another was still making it then
    public Optional<V> of(
            K key,
            Supplier<Optional<V>> known,
            Supplier<V> make,
            Cancellation cancellation,
            BooleanSupplier impatient) {
        var mine = new CountDownLatch(1);
        while (true) {
            var first = making.putIfAbsent(key, mine);
            if (first != null) {
                if (!isSoon(first) && !Admission.withoutPlace(() -> await(first, cancellation, impatient))) {
                    return Optional.empty();
                }
                continue;
            }
            try {
                return Optional.of(known.get().orElseGet(make));
            } finally {
                making.remove(key);
                mine.countDown();
            }
        }
    }

    private static boolean isSoon(CountDownLatch latch) {
        return uninterrupted(() -> latch.await(SOON_MILLIS, TimeUnit.MILLISECONDS));
    }

    private static boolean await(CountDownLatch latch, Cancellation cancellation, BooleanSupplier impatient) {
        do {
            cancellation.check();
            if (impatient.getAsBoolean()) {
                return false;
            }
        } while (!uninterrupted(() -> latch.await(NOTICE_MILLIS, TimeUnit.MILLISECONDS)));
        return true;
    }

    private interface Wait {
        boolean isOver() throws InterruptedException;
    }

    private static boolean uninterrupted(Wait wait) {
        try {
            return wait.isOver();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while another request makes the same", e);
        }
    }
}
