package dev.icmlora.function.adapters;

import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.TenantPlaces;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.error.QueueFullException;

/// How many tasks are tuned at the same time: half of the requests that are worked on, so that the others go on, and of
/// one tenant half of those. Thread-safe.
@Singleton
final class TuningPlaces {

    private final TenantPlaces places;

    TuningPlaces(FunctionConfig config) {
        var capacity = Math.max(1, config.workers().orElse(1) * config.worker().sequences() / 2);
        var ofOneTenant = config.tenancy() == Tenancy.KEY ? Math.max(1, capacity / 2) : capacity;
        this.places = new TenantPlaces(capacity, ofOneTenant, QueueFullException::ofTunings);
    }

    /// @throws QueueFullException if none is free
    TenantPlaces.Place enter(Tenant tenant) {
        return places.enter(tenant);
    }
}
