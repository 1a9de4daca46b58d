package dev.icmlora.function.adapters;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.config.FunctionConfig;

/// Adapters in memory, found by key and by id, within a limit. Thread-safe.
@Singleton
public final class AdapterCache {

    private static final int MOST_DIVERGED = 16;

    private final Map<OwnedId, KnownAdapter> byId = new ConcurrentHashMap<>();
    private final Cache<AdapterKey, KnownAdapter> byKey;
    /// What tuning made worse, with the adapter from before, so that it is not tried again.
    private final Cache<AdapterKey, KnownAdapter> diverged = Caffeine.newBuilder()
            .maximumWeight(MOST_DIVERGED)
            .weigher((AdapterKey key, KnownAdapter known) -> 1)
            .executor(Runnable::run)
            .build();

    AdapterCache(FunctionConfig config) {
        // Caffeine finds its class for these wishes by name, SSMW: META-INF/native-image tells a native executable of
        // it.
        this.byKey = Caffeine.newBuilder()
                .maximumWeight(config.cache().adapters().asLongValue() - UnfinishedTunings.share(config))
                .weigher((AdapterKey key, KnownAdapter known) -> known.heapBytes())
                .evictionListener((key, known, cause) -> byId.remove(known.ownedId(), known))
                .executor(Runnable::run)
                .build();
    }

    Optional<KnownAdapter> find(AdapterKey key) {
        var found = Optional.ofNullable(byKey.getIfPresent(key));
        found.filter(known -> !byId.containsKey(known.ownedId())).ifPresent(this::name);
        return found.or(() -> Optional.ofNullable(diverged.getIfPresent(key)));
    }

    /// Another key's entry had the same adapter, and went.
    private void name(KnownAdapter known) {
        byKey.asMap().computeIfPresent(known.key(), (_, there) -> {
            byId.putIfAbsent(there.ownedId(), there);
            return there;
        });
    }

    Optional<KnownAdapter> find(OwnedId id) {
        var known = Optional.ofNullable(byId.get(id));
        // The look-up by key marks it as used. It may find another adapter: another generator's, of the same task.
        known.ifPresent(found -> byKey.getIfPresent(found.key()));
        return known;
    }

    /// The ids of all adapters of a tenant.
    Set<String> ids(Tenant tenant) {
        return byId.keySet().stream()
                .filter(id -> id.tenant().equals(tenant))
                .map(OwnedId::id)
                .collect(Collectors.toSet());
    }

    /// How many adapters of all tenants can be named by id.
    public int size() {
        return byId.size();
    }

    /// Drops an adapter, whatever keys find it.
    ///
    /// @return whether it was there
    boolean remove(OwnedId id) {
        diverged.asMap().values().removeIf(known -> known.ownedId().equals(id));
        var wasFound = byKey.asMap().values().removeIf(known -> known.ownedId().equals(id));
        return byId.remove(id) != null || wasFound;
    }

    /// @param known a task that was tuned in vain, and the adapter from before
    void addDiverged(KnownAdapter known) {
        diverged.put(known.key(), known);
    }

    void add(KnownAdapter known) {
        byId.put(known.ownedId(), known);
        var before = byKey.asMap().put(known.key(), known);
        if (before != null && !before.ownedId().equals(known.ownedId())) {
            byId.remove(before.ownedId(), before);
        }
    }
}
