package dev.icmlora.function;

import java.time.Duration;
import java.util.concurrent.Callable;

import org.awaitility.Awaitility;

/// Waits for what comes by itself, and leaves the processor to it meanwhile.
public final class Eventually {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    /// A slow machine is to be slow, not to fail.
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private Eventually() {}

    /// Looks until the condition holds. What it throws is thrown here.
    public static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(BETWEEN_LOOKS)
                .atMost(LONGEST)
                .until(condition);
    }
}
