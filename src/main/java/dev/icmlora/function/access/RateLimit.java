package dev.icmlora.function.access;

import java.time.Duration;
import java.util.Optional;

import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// So many requests a minute from each caller, `icm-lora.rate-limit.requests-per-minute`, and so many tokens a day,
/// `icm-lora.rate-limit.tokens-per-day`. Thread-safe.
@Singleton
final class RateLimit {

    private final Optional<CallerBuckets> requests;
    private final Optional<CallerBuckets> tokens;
    private final Counter refused;

    RateLimit(FunctionConfig config, MeterRegistry registry) {
        var perMinute = config.rateLimit().requestsPerMinute();
        var perDay = config.rateLimit().tokensPerDay();
        this.requests = perMinute.isEmpty()
                ? Optional.empty()
                : Optional.of(new CallerBuckets(perMinute.getAsInt(), Duration.ofMinutes(1)));
        this.tokens = perDay.isEmpty()
                ? Optional.empty()
                : Optional.of(new CallerBuckets(perDay.getAsLong(), Duration.ofDays(1)));
        this.refused = Counter.builder("icm.lora.rate.limited")
                .description("Requests that were refused because their caller made too many or had no tokens left")
                .register(registry);
    }

    /// Counts a request of a caller.
    ///
    /// @throws RequestException if it is one too many
    void count(Identity caller) {
        if (requests.isEmpty()) {
            return;
        }
        var taken = requests.get().of(caller.payer()).tryConsumeAndReturnRemaining(1);
        if (!taken.isConsumed()) {
            refused.increment();
            var seconds = secondsUp(taken.getNanosToWaitForRefill());
            throw Kind.TOO_MANY_REQUESTS.because(
                    "The limit is %d requests a minute; the next one is taken in %d s"
                            .formatted(requests.get().capacity(), seconds),
                    seconds);
        }
    }

    private static long secondsUp(long nanos) {
        return Math.ceilDiv(nanos, 1_000_000_000L);
    }

    /// The tokens of a caller.
    ///
    /// @param payer see [Identity#payer]
    TokenAccount account(String payer) {
        return tokens.<TokenAccount>map(buckets -> new Account(payer, buckets.capacity(), buckets.of(payer)))
                .orElseGet(() -> TokenAccount.unlimited(payer));
    }

    private final class Account implements TokenAccount {

        private final String payer;
        private final long perDay;
        private final Bucket bucket;

        private Account(String payer, long perDay, Bucket bucket) {
            this.payer = payer;
            this.perDay = perDay;
            this.bucket = bucket;
        }

        @Override
        public String payer() {
            return payer;
        }

        @Override
        public void requireRest() {
            var rest = bucket.estimateAbilityToConsume(1);
            if (!rest.canBeConsumed()) {
                refused.increment();
                var seconds = secondsUp(rest.getNanosToWaitForRefill());
                throw Kind.TOO_MANY_TOKENS.because(
                        "The limit is %d tokens a day, of which %d are left; the next request is taken in %d s"
                                .formatted(perDay, rest.getRemainingTokens(), seconds),
                        seconds);
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
