package dev.icmlora.function.events;

import java.time.Duration;

import dev.icmlora.function.error.RequestException;

/// When a delivery must end.
record Deadline(long nanos) {

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /// Asked after each piece of work and not before the first, so that every delivery comes further.
    ///
    /// @throws RequestException if it has passed
    void check() {
        if (System.nanoTime() - nanos >= 0) {
            throw RequestException.redeliver("the time of one delivery is over");
        }
    }
}
