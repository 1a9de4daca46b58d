package dev.icmlora.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// The pauses between looks at something that is not there yet: each is about twice the one before.
final class Pauses {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    /// Those who began together come back one by one.
    Duration next() {
        Duration pause = Duration.ofNanos(ThreadLocalRandom.current().nextLong(next.toNanos() / 2, next.toNanos()));
        next = next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
        return pause;
    }

    /// @throws IcmLoraException if the thread is interrupted meanwhile
    static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static IcmLoraException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return IcmLoraException.unanswered("Interrupted while waiting for the function", e);
    }
}
