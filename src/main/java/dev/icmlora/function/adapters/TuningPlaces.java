package dev.icmlora.function.adapters;

import jakarta.inject.Singleton;

import dev.icmlora.function.access.CallerShare;
import dev.icmlora.function.admission.CallerPlaces;
import dev.icmlora.function.config.FunctionConfig;

/// How many tasks are tuned at the same time: half of the requests that are worked on, so that the others go on, and of
/// one caller its share of those. Thread-safe.
@Singleton
final class TuningPlaces {

    private final CallerPlaces places;

    TuningPlaces(FunctionConfig config, CallerShare share) {
        var capacity = Math.max(1, config.workers().orElse(1) * config.worker().sequences() / 2);
        this.places = new CallerPlaces(capacity, share::of, "tasks are being tuned");
    }

    /// @throws RequestException if none is free
    CallerPlaces.Place enter(String caller) {
        return places.enter(caller);
    }
}
