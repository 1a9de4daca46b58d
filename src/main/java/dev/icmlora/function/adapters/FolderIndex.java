package dev.icmlora.function.adapters;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import dev.icmlora.function.access.Tenant;

/// What this process knows to be in the folder: the key of each adapter, and the adapter of each key. Thread-safe.
final class FolderIndex {

    private final Map<OwnedId, AdapterKey> keys = new ConcurrentHashMap<>();
    private final Map<AdapterKey, OwnedId> ids = new ConcurrentHashMap<>();

    void remember(OwnedId id, AdapterKey key) {
        forget(id);
        keys.put(id, key);
        ids.put(key, id);
    }

    void forget(OwnedId id) {
        var key = keys.remove(id);
        if (key != null) {
            ids.remove(key, id);
        }
    }

    Optional<AdapterKey> key(OwnedId id) {
        return Optional.ofNullable(keys.get(id));
    }

    Optional<OwnedId> id(AdapterKey key) {
        return Optional.ofNullable(ids.get(key));
    }

    /// The ids of all adapters of a tenant.
    Set<String> ids(Tenant tenant) {
        return keys.keySet().stream()
                .filter(id -> id.tenant().equals(tenant))
                .map(OwnedId::id)
                .collect(Collectors.toSet());
    }
}
