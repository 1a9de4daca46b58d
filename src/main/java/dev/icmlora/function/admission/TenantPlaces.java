package dev.icmlora.function.admission;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.error.QueueFullException;

/// Places for what not too many may do at once, and one tenant not alone. Thread-safe.
public final class TenantPlaces {

    private final int capacity;
    private final int ofOneTenant;
    private final IntFunction<QueueFullException> full;
    private final Map<Tenant, Integer> busy = new HashMap<>();
    private int taken;

    /// @param ofOneTenant places that one tenant may have
    /// @param full of a limit that is reached
    public TenantPlaces(int capacity, int ofOneTenant, IntFunction<QueueFullException> full) {
        this.capacity = capacity;
        this.ofOneTenant = ofOneTenant;
        this.full = full;
    }

    /// A place that is taken until it is closed, once.
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /// @throws QueueFullException if none is free
    public synchronized Place enter(Tenant tenant) {
        if (taken == capacity) {
            throw full.apply(capacity);
        }
        if (busy.getOrDefault(tenant, 0) == ofOneTenant) {
            throw full.apply(ofOneTenant);
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
