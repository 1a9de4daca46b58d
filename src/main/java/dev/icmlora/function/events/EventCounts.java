package dev.icmlora.function.events;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import jakarta.inject.Singleton;

/// How deliveries ended, since the start.
@Singleton
public final class EventCounts {

    /// How a delivery ended.
    public enum Outcome {
        /// The results are in the bucket.
        COMPLETED,
        /// An explanation is in the bucket.
        FAILED,
        /// It had been done before.
        DUPLICATE,
        /// A newer version of the file has an event of its own.
        SUPERSEDED,
        /// Not a task file, not our bucket, not a creation.
        IGNORED,
        /// The broker was asked to deliver again.
        RETRY
    }

    private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

    EventCounts() {
        for (var outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    void add(Outcome outcome) {
        counts.get(outcome).increment();
    }

    /// The count of every outcome.
    public Map<Outcome, Long> all() {
        var all = new EnumMap<Outcome, Long>(Outcome.class);
        counts.forEach((outcome, count) -> all.put(outcome, count.sum()));
        return all;
    }
}
