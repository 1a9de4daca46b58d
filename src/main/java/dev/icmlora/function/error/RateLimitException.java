package dev.icmlora.function.error;

import java.time.Duration;

/// The caller made too many requests, or used too many tokens: 429.
public final class RateLimitException extends RequestException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private RateLimitException(String kind, String title, String message, long secondsToWait) {
        super(message);
        this.problem = problem(kind, title, 429).retriedAfter(secondsToWait);
    }

    /// @param perMinute requests that a caller may make
    /// @param wait until the next one would be taken
    public static RateLimitException ofRequests(long perMinute, Duration wait) {
        var message = "The limit is %d requests a minute; the next one is taken in %d s"
                .formatted(perMinute, roundedUp(wait));
        return new RateLimitException("rate-limit-exceeded", "Too many requests", message, roundedUp(wait));
    }

    /// @param perDay tokens that a caller may use
    /// @param left of them
    /// @param wait until the next request would be taken
    public static RateLimitException ofTokens(long perDay, long left, Duration wait) {
        var message = "The limit is %d tokens a day, of which %d are left; the next request is taken in %d s"
                .formatted(perDay, left, roundedUp(wait));
        return new RateLimitException("token-quota-exceeded", "Too many tokens", message, roundedUp(wait));
    }

    private static long roundedUp(Duration wait) {
        return wait.plusSeconds(1).minusNanos(1).toSeconds();
    }

    @Override
    public Problem problem() {
        return problem;
    }
}
