package dev.icmlora.function.access;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;

/// A token bucket for each caller, which holds what it may use in a period and fills up steadily. Thread-safe.
final class CallerBuckets {

    /// Beyond these, a caller who was seldom seen starts again with a full bucket.
    private static final int REMEMBERED = 10_000;

    private final long capacity;
    private final Duration period;
    /// With a weight, as the cache of adapters, because a native executable knows the class for that.
    private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
            .maximumWeight(REMEMBERED)
            .weigher((String name, Bucket bucket) -> 1)
            .executor(Runnable::run)
            .build();

    CallerBuckets(long capacity, Duration period) {
        this.capacity = capacity;
        this.period = period;
    }

    long capacity() {
        return capacity;
    }

    /// @param payer see [Identity#payer]
    Bucket of(String payer) {
        return buckets.get(payer, newcomer -> full());
    }

    private Bucket full() {
        return Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(capacity).refillGreedy(capacity, period))
                .withNanosecondPrecision()
                .build();
    }
}
