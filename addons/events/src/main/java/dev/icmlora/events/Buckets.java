package dev.icmlora.events;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.SettingLimits;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.RetryingStore;
import dev.icmlora.function.storage.Stores;

/// The buckets that are worked on. An event can name any bucket, so only configured ones are touched.
@Singleton
final class Buckets {

    private static final int AFTER_THE_FUNCTIONS_LIMITS = 3;

    private final Stores stores;
    private final EventsConfig config;
    private final Set<Bucket> configured = new LinkedHashSet<>();
    private final Map<Bucket, ObjectStore> open = new ConcurrentHashMap<>();

    Buckets(Stores stores, EventsConfig config) {
        this.stores = stores;
        this.config = config;
    }

    /// Before anything is loaded.
    ///
    /// @throws StartupException for settings outside their limits, or that overlap
    void check(@Observes @Priority(AFTER_THE_FUNCTIONS_LIMITS) StartupEvent event) {
        new SettingLimits("icm-lora.events")
                .folder("tasks-prefix", config.tasksPrefix())
                .folder("results-prefix", config.resultsPrefix())
                .folder("adapters-prefix", config.adaptersPrefix())
                .atLeast(1, "jobs", config.jobs())
                .between(1, 256, "batch", config.batch())
                .atLeastOneMillisecond("lease", config.lease())
                .atLeastOneMillisecond("deadline", config.deadline())
                .atLeastOneMillisecond("retry", config.retry())
                .atLeastOneMillisecond("watch-interval", config.watchInterval())
                .atLeast(1, "checkpoint.inputs", config.checkpoint().inputs())
                .atLeast(1, "limits.inputs", config.limits().inputs())
                .require();
        var prefixes = List.of(config.tasksPrefix(), config.resultsPrefix(), config.adaptersPrefix());
        for (var a : prefixes) {
            if (prefixes.stream().filter(b -> b.startsWith(a)).count() > 1) {
                throw new StartupException(
                        "icm-lora.events: the prefixes %s overlap, so that results would be taken ".formatted(prefixes)
                                + "for task files");
            }
        }
        for (var text : config.buckets().orElse(List.of())) {
            try {
                var bucket = Bucket.parse(text);
                stores.check(bucket);
                configured.add(bucket);
            } catch (IllegalArgumentException e) {
                throw new StartupException("icm-lora.events.buckets: " + e.getMessage());
            }
        }
    }

    /// The store behind a bucket; empty if it is not one of ours.
    Optional<ObjectStore> find(Bucket bucket) {
        return Optional.of(bucket)
                .filter(configured::contains)
                .map(ours -> open.computeIfAbsent(ours, key -> new RetryingStore(stores.open(key), config.retry())));
    }

    /// The configured directories.
    List<Bucket> directories() {
        return configured.stream()
                .filter(bucket -> bucket.provider() == Bucket.Provider.LOCAL)
                .toList();
    }
}
