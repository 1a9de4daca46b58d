package dev.icmlora.function.serving;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.generator.task.Task;

/// Adapters that were generated here, found by task and by id, within a memory limit. Thread-safe.
@Singleton
final class AdapterCache {

    private final Map<String, KnownAdapter> byId = new ConcurrentHashMap<>();
    private final Cache<Task, KnownAdapter> byTask;

    AdapterCache(FunctionConfig config) {
        this.byTask = Caffeine.newBuilder()
                .maximumWeight(config.cache().adapters().asLongValue())
                .weigher((Task task, KnownAdapter known) -> known.heapBytes())
                .evictionListener(
                        (task, known, cause) -> byId.remove(known.adapter().id(), known))
                .executor(Runnable::run)
                .build();
    }

    Optional<KnownAdapter> find(Task task) {
        return Optional.ofNullable(byTask.getIfPresent(task));
    }

    Optional<KnownAdapter> find(String id) {
        // The look-up by task marks it as used.
        return Optional.ofNullable(byId.get(id)).map(known -> byTask.get(known.task(), task -> known));
    }

    void add(KnownAdapter known) {
        byId.put(known.adapter().id(), known);
        byTask.put(known.task(), known);
    }
}
