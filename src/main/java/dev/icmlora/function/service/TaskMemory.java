package dev.icmlora.function.service;

import java.util.Optional;
import java.util.function.Function;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.SingleFlight;
import dev.icmlora.function.admission.Turn;

/// Keeps what mode auto finds out about tasks, within a limit: it is computed once for each task and tenant.
/// Thread-safe.
@Singleton
final class TaskMemory {

    private static final long BYTES = 32L << 20;

    private final Cache<Key, Object> known;
    private final SingleFlight<Key, Object> computing = new SingleFlight<>();

    TaskMemory() {
        this.known = Caffeine.newBuilder()
                .maximumWeight(BYTES)
                .weigher((Key key, Object result) -> key.bytes)
                .executor(Runnable::run)
                .build();
    }

    /// Tenants do not learn from each other which tasks came before.
    ///
    /// @param bytes of memory that key and result take
    private record Key(Tenant tenant, Object of, int bytes) {}

    <T> T once(Tenant tenant, Class<T> type, Object of, int bytes, Function<EngineSession, T> compute, Turn turn) {
        var key = new Key(tenant, of, bytes);
        var result = known(key)
                .orElseGet(() -> computing.of(
                        key,
                        computation -> known(key)
                                .orElseGet(() -> compute(
                                        key, compute, turn.of(computation).session())),
                        turn.admitted()));
        return type.cast(result);
    }

    private Optional<Object> known(Key key) {
        return Optional.ofNullable(known.getIfPresent(key));
    }

    private Object compute(Key key, Function<EngineSession, ?> compute, EngineSession session) {
        Object result = compute.apply(session);
        known.put(key, result);
        return result;
    }
}
