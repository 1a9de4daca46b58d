package dev.icmlora.function.serving;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;

/// Adapters in memory, found by blend and by id, within a limit. Thread-safe.
@Singleton
final class AdapterCache {

    private final Map<OwnedId, KnownAdapter> byId = new ConcurrentHashMap<>();
    private final Cache<AdapterKey, KnownAdapter> byBlend;

    AdapterCache(FunctionConfig config) {
        // Caffeine finds its class for these wishes by name, SSMW: META-INF/native-image tells a native executable of
        // it.
        this.byBlend = Caffeine.newBuilder()
                .maximumWeight(config.cache().adapters().asLongValue())
                .weigher((AdapterKey blend, KnownAdapter known) -> known.heapBytes())
                .evictionListener((blend, known, cause) -> byId.remove(known.ownedId(), known))
                .executor(Runnable::run)
                .build();
    }

    Optional<KnownAdapter> find(AdapterKey blend) {
        return Optional.ofNullable(byBlend.getIfPresent(blend));
    }

    Optional<KnownAdapter> find(OwnedId id) {
        var known = Optional.ofNullable(byId.get(id));
        // The look-up by blend marks it as used. It may find another adapter: another generator's, of the same task.
        known.ifPresent(found -> byBlend.getIfPresent(found.blend()));
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
    int size() {
        return byId.size();
    }

    void add(KnownAdapter known) {
        byId.put(known.ownedId(), known);
        var before = byBlend.asMap().put(known.blend(), known);
        if (before != null && !before.ownedId().equals(known.ownedId())) {
            byId.remove(before.ownedId(), before);
        }
    }
}
