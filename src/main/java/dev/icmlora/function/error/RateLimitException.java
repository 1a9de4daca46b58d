package dev.icmlora.function.error;

import java.time.Duration;

/// The caller made too many requests: 429.
public final class RateLimitException extends RequestException {

    private static final long serialVersionUID = 1L;

    private final long secondsToWait;

    /// @param perMinute requests that a caller may make
    /// @param wait until the next one would be taken
    public RateLimitException(int perMinute, Duration wait) {
        super("The limit is %d requests a minute; the next one is taken in %d s".formatted(perMinute, roundedUp(wait)));
        this.secondsToWait = roundedUp(wait);
    }

    private static long roundedUp(Duration wait) {
        return wait.plusSeconds(1).minusNanos(1).toSeconds();
    }

    /// What `Retry-After` says.
    public long secondsToWait() {
        return secondsToWait;
    }

    @Override
    public Problem problem() {
        return problem("rate-limit-exceeded", "Too many requests", 429);
    }
}
