package dev.icmlora.function.admission;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

import dev.icmlora.function.error.RequestException;

/// Places for what not too many may do at once, and one caller not alone. Thread-safe.
public final class CallerPlaces {

    private final int capacity;
    private final int ofOneCaller;
    private final String taking;
    private final Map<String, Integer> busy = new HashMap<>();
    private int taken;

    /// @param share how much of a number one caller may have
    /// @param taking what those do who have all places, such as "tasks are being tuned"
    public CallerPlaces(int capacity, IntUnaryOperator share, String taking) {
        this.capacity = capacity;
        this.ofOneCaller = share.applyAsInt(capacity);
        this.taking = taking;
    }

    /// A place that is taken until it is closed, once.
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /// @param caller as [dev.icmlora.function.access.TokenAccount#payer]
    /// @throws RequestException if none is free
    public synchronized Place enter(String caller) {
        if (taken == capacity) {
            throw RequestException.queueFull(capacity + " " + taking + " already");
        }
        if (busy.getOrDefault(caller, 0) == ofOneCaller) {
            throw RequestException.shareFull(ofOneCaller + " " + taking + " already");
        }
        taken++;
        busy.merge(caller, 1, Integer::sum);
        return () -> leave(caller);
    }

    private synchronized void leave(String caller) {
        taken--;
        busy.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
    }
}
