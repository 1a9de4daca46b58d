package dev.icmlora.function.adapters;

import java.util.Optional;
import java.util.regex.Pattern;

import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.generator.adapter.Adapter;

/// An adapter and what it was made from.
///
/// @param tuning what tuning did; empty if it was not tuned
public record KnownAdapter(AdapterKey key, Adapter adapter, Optional<Tuning.Summary> tuning) {

    static KnownAdapter of(AdapterKey key, Adapter adapter) {
        return new KnownAdapter(key, adapter, Optional.empty());
    }

    static KnownAdapter of(AdapterKey key, Tuning.Result result) {
        return new KnownAdapter(key, result.adapter(), Optional.of(result.summary()));
    }

    OwnedId ownedId() {
        return new OwnedId(key.tenant(), adapter.id());
    }

    /// Memory it takes.
    int heapBytes() {
        return Math.toIntExact(adapter.ownBytes()) + key.task().bytes();
    }

    /// An adapter as one tenant knows it. Ids are hashes of the weights, so several tenants may have the same.
    public record OwnedId(Tenant tenant, String id) {

        /// What ids look like.
        public static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

        /// Whether this has the form of an adapter's id.
        public static boolean isId(String id) {
            return FORM.matcher(id).matches();
        }
    }
}
