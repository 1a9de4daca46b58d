package dev.icmlora.function.adapters;

import java.util.Optional;

import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.generator.adapter.Adapter;

/// An adapter and what it was made from.
///
/// @param fileBytes size of its GGUF form
/// @param tuning what tuning did; empty if it was not tuned
public record KnownAdapter(AdapterKey key, Adapter adapter, long fileBytes, Optional<TuningSummary> tuning) {

    static KnownAdapter of(AdapterKey key, Adapter adapter) {
        return of(key, adapter, Optional.empty());
    }

    static KnownAdapter of(AdapterKey key, Tuning.Result result) {
        return of(key, result.adapter(), Optional.of(result.summary()));
    }

    static KnownAdapter of(AdapterKey key, Adapter adapter, Optional<TuningSummary> tuning) {
        return new KnownAdapter(key, adapter, adapter.fileBytes(), tuning);
    }

    OwnedId ownedId() {
        return new OwnedId(key.tenant(), adapter.id());
    }

    /// Memory it takes.
    int heapBytes() {
        return Math.toIntExact(adapter.ownBytes()) + key.task().bytes();
    }
}
