package dev.icmlora.function.access;

import java.time.Duration;
import java.util.Optional;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access.Identity;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// So many requests a minute from each caller, `icm-lora.rate-limit.requests-per-minute`, and so many tokens a day,
/// `icm-lora.rate-limit.tokens-per-day`. Thread-safe.
@Singleton
final class RateLimit {

    /// Beyond these, a caller who was seldom seen starts again with a full bucket.
    private static final int REMEMBERED = 10_000;

    private final Optional<Buckets> requests;
    private final Optional<Buckets> tokens;
    private final Counter refused;

    RateLimit(FunctionConfig config, MeterRegistry registry) {
        var perMinute = config.rateLimit().requestsPerMinute();
        this.requests = perMinute.isEmpty()
                ? Optional.empty()
                : Optional.of(new Buckets(perMinute.getAsInt(), Duration.ofMinutes(1)));
        var perDay = config.rateLimit().tokensPerDay();
        this.tokens =
                perDay.isEmpty() ? Optional.empty() : Optional.of(new Buckets(perDay.getAsLong(), Duration.ofDays(1)));
        this.refused = Counter.builder("icm.lora.rate.limited")
                .description("Requests that were refused because their caller made too many or had no tokens left")
                .register(registry);
    }

    /// A token bucket for each caller, which holds what it may use in a period and fills up steadily.
    private static final class Buckets {

        private final long capacity;
        private final Duration period;
        /// With a weight, as the cache of adapters, because a native executable knows the class for that.
        private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
                .maximumWeight(REMEMBERED)
                .weigher((String name, Bucket bucket) -> 1)
                .executor(Runnable::run)
                .build();

        private Buckets(long capacity, Duration period) {
            this.capacity = capacity;
            this.period = period;
        }

        private Bucket of(String payer) {
            return buckets.get(
                    payer,
                    _ -> Bucket.builder()
                            .addLimit(bandwidth -> bandwidth.capacity(capacity).refillGreedy(capacity, period))
                            .withNanosecondPrecision()
                            .build());
        }
    }

    /// Counts a request of a caller.
    ///
    /// @throws RequestException if it is one too many
    void count(Identity caller) {
        requests.ifPresent(perMinute -> {
            var taken = perMinute.of(caller.payer()).tryConsumeAndReturnRemaining(1);
            if (!taken.isConsumed()) {
                var limit = "The limit is %d requests a minute; the next one".formatted(perMinute.capacity);
                throw refusal(Kind.TOO_MANY_REQUESTS, limit, taken.getNanosToWaitForRefill());
            }
        });
    }

    private RequestException refusal(Kind kind, String limit, long nanos) {
        refused.increment();
        var seconds = Math.ceilDiv(nanos, 1_000_000_000L);
        return kind.because("%s is taken in %d s".formatted(limit, seconds), seconds);
    }

    /// The tokens of a caller.
    ///
    /// @param payer see [Identity#payer]
    TokenAccount account(String payer) {
        return tokens.<TokenAccount>map(perDay -> new Account(this, payer, perDay.capacity, perDay.of(payer)))
                .orElseGet(() -> TokenAccount.unlimited(payer));
    }

    private record Account(RateLimit limit, String payer, long perDay, Bucket bucket) implements TokenAccount {

        @Override
        public void requireRest() {
            var rest = bucket.estimateAbilityToConsume(1);
            if (!rest.canBeConsumed()) {
                var said = "The limit is %d tokens a day, of which %d are left; the next request"
                        .formatted(perDay, rest.getRemainingTokens());
                throw limit.refusal(Kind.TOO_MANY_TOKENS, said, rest.getNanosToWaitForRefill());
            }
        }

        @Override
        public void take(long used) {
            // The bucket takes no zero.
            if (used > 0) {
                bucket.consumeIgnoringRateLimits(used);
            }
        }
    }
}
