package dev.icmlora.function.access;

import java.time.Duration;
import java.util.OptionalInt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RateLimitException;

/// So many requests a minute from each caller, `icm-lora.rate-limit.requests-per-minute`: a token bucket for each,
/// which holds a minute's requests and fills up steadily. Thread-safe.
@Singleton
final class RateLimit {

    /// Beyond these, a caller who was seldom seen starts again with a full bucket.
    private static final int REMEMBERED = 10_000;

    private final OptionalInt perMinute;
    private final Counter refused;
    /// With a weight, as the cache of adapters, because a native executable knows the class for that.
    private final Cache<Caller, Bucket> buckets = Caffeine.newBuilder()
            .maximumWeight(REMEMBERED)
            .weigher((Caller caller, Bucket bucket) -> 1)
            .executor(Runnable::run)
            .build();

    RateLimit(FunctionConfig config, MeterRegistry registry) {
        this.perMinute = config.rateLimit().requestsPerMinute();
        this.refused = Counter.builder("icm.lora.rate.limited")
                .description("Requests that were refused because their caller made too many")
                .register(registry);
    }

    boolean isOn() {
        return perMinute.isPresent();
    }

    /// Counts a request of a caller.
    ///
    /// @throws RateLimitException if it is one too many
    void count(Caller caller) {
        if (perMinute.isEmpty()) {
            return;
        }
        var limit = perMinute.getAsInt();
        var taken = buckets.get(caller, newcomer -> bucket(limit)).tryConsumeAndReturnRemaining(1);
        if (!taken.isConsumed()) {
            refused.increment();
            throw new RateLimitException(limit, Duration.ofNanos(taken.getNanosToWaitForRefill()));
        }
    }

    private static Bucket bucket(int limit) {
        return Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(limit, Duration.ofMinutes(1)))
                .withNanosecondPrecision()
                .build();
    }
}
