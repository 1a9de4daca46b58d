package dev.icmlora.function.admission;

import java.time.Duration;

/// How long a request has waited for others, up to now. It begins with waiting. Thread-safe.
final class Waiting {

    private Duration before = Duration.ZERO;
    private boolean waits = true;
    private long since = System.nanoTime();

    synchronized void begin() {
        waits = true;
        since = System.nanoTime();
    }

    synchronized void end() {
        before = time();
        waits = false;
    }

    /// @return no more than the limit, which may be over for a moment
    Duration within(Duration limit) {
        var time = time();
        return time.compareTo(limit) > 0 ? limit : time;
    }

    private synchronized Duration time() {
        return waits ? before.plusNanos(System.nanoTime() - since) : before;
    }
}
