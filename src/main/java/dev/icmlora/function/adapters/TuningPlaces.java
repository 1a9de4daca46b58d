package dev.icmlora.function.adapters;

import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.QueueFullException;

/// How many tasks are tuned at the same time: half of the requests that are worked on, so that the others go on, and of
/// one tenant half of those. Thread-safe.
@Singleton
final class TuningPlaces {

    private final int capacity;
    private final int ofOneTenant;
    private final Map<Tenant, Integer> busy = new HashMap<>();
    private int taken;

    TuningPlaces(FunctionConfig config) {
        this.capacity = Math.max(1, config.workers().orElse(1) * config.worker().sequences() / 2);
        this.ofOneTenant = config.tenancy() == Tenancy.KEY ? Math.max(1, capacity / 2) : capacity;
    }

    /// A place that is taken until it is closed.
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /// @throws QueueFullException if none is free
    synchronized Place enter(Tenant tenant) {
        if (taken == capacity) {
            throw QueueFullException.ofTunings(capacity);
        }
        if (busy.getOrDefault(tenant, 0) == ofOneTenant) {
            throw QueueFullException.ofTunings(ofOneTenant);
        }
        taken++;
        busy.merge(tenant, 1, Integer::sum);
        return () -> leave(tenant);
    }

    private synchronized void leave(Tenant tenant) {
        taken--;
        busy.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    }
}
