package dev.icmlora.function.adapters;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import dev.icmlora.function.access.Tenant;

/// What this process knows to be in the folder: the adapter of each key. It has digests of the keys, so that it takes
/// little memory however long the tasks are. Thread-safe.
final class FolderIndex {

    private final Map<OwnedId, String> keys = new ConcurrentHashMap<>();
    private final Map<String, OwnedId> ids = new ConcurrentHashMap<>();

    void remember(OwnedId id, AdapterKey key) {
        forget(id);
        var digest = key.digest();
        keys.put(id, digest);
        ids.put(digest, id);
    }

    void forget(OwnedId id) {
        var digest = keys.remove(id);
        if (digest != null) {
            ids.remove(digest, id);
        }
    }

    /// Forgets what is not there any more, such as what another process took away.
    void retain(Set<OwnedId> there) {
        keys.keySet().stream().filter(id -> !there.contains(id)).forEach(this::forget);
    }

    boolean has(OwnedId id) {
        return keys.containsKey(id);
    }

    /// @param digest of the key
    Optional<OwnedId> id(String digest) {
        return Optional.ofNullable(ids.get(digest));
    }

    /// The ids of all adapters of a tenant.
    Set<String> ids(Tenant tenant) {
        return keys.keySet().stream()
                .filter(id -> id.tenant().equals(tenant))
                .map(OwnedId::id)
                .collect(Collectors.toSet());
    }
}
