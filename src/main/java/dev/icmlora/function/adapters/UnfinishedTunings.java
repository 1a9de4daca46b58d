package dev.icmlora.function.adapters;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.icmlora.engine.tune.PausedTuning;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.config.FunctionConfig;

/// Tunings that time ended before their last step, the longest of each task, within a limit of memory. They are found
/// by the key of the whole tuning, so that they serve until it is there, and it goes on from them. Where there is no
/// room,
/// the tenant that has most loses what it used longest ago. Thread-safe.
final class UnfinishedTunings {

    private static final int PART = 4;

    private final long limit;
    /// The last one was used last.
    private final Map<AdapterKey, Unfinished> byKey = new LinkedHashMap<>(16, 0.75f, true);

    /// @param paused empty where it is larger than the limit: then the tuning begins anew
    record Unfinished(KnownAdapter known, Optional<PausedTuning> paused) {

        private long bytes() {
            return known.heapBytes() + paused.map(PausedTuning::bytes).orElse(0L);
        }

        int steps() {
            return known.key().steps();
        }
    }

    /// What they have of the memory for adapters.
    static long share(FunctionConfig config) {
        return config.cache().adapters().asLongValue() / PART;
    }

    /// @param limit in bytes
    UnfinishedTunings(long limit) {
        this.limit = limit;
    }

    synchronized Optional<Unfinished> find(AdapterKey whole) {
        return Optional.ofNullable(byKey.get(whole));
    }

    synchronized void add(AdapterKey whole, KnownAdapter known, PausedTuning paused) {
        var fits = new Unfinished(known, Optional.of(paused));
        byKey.merge(
                whole,
                fits.bytes() <= limit ? fits : new Unfinished(known, Optional.empty()),
                (before, next) -> next.steps() > before.steps() ? next : before);
        for (var all = bytesByTenant(); sum(all) > limit; all = bytesByTenant()) {
            var most = all.entrySet().stream().max(Map.Entry.comparingByValue());
            byKey.remove(oldestOf(most.orElseThrow().getKey()));
        }
    }

    private Map<Tenant, Long> bytesByTenant() {
        return byKey.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getKey().tenant(),
                        Collectors.summingLong(entry -> entry.getValue().bytes())));
    }

    private static long sum(Map<Tenant, Long> all) {
        return all.values().stream().mapToLong(Long::longValue).sum();
    }

    private AdapterKey oldestOf(Tenant tenant) {
        return byKey.keySet().stream()
                .filter(key -> key.tenant().equals(tenant))
                .findFirst()
                .orElseThrow();
    }

    synchronized void remove(AdapterKey whole) {
        byKey.remove(whole);
    }

    /// @return whether it was there
    synchronized boolean remove(OwnedId id) {
        return byKey.values().removeIf(unfinished -> unfinished.known.ownedId().equals(id));
    }
}
