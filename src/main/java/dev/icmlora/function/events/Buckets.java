package dev.icmlora.function.events;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.storage.Bucket;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.RetryingStore;
import dev.icmlora.function.storage.Stores;

/// The buckets that are worked on. An event can name any bucket, so only configured ones are touched.
@Singleton
final class Buckets {

    private final Stores stores;
    private final EventsConfig config;
    private final FunctionConfig function;
    private final Set<Bucket> configured = new LinkedHashSet<>();
    private final Map<Bucket, ObjectStore> open = new ConcurrentHashMap<>();

    Buckets(Stores stores, EventsConfig config, FunctionConfig function) {
        this.stores = stores;
        this.config = config;
        this.function = function;
    }

    void check(@Observes StartupEvent event) {
        var prefixes = List.of(config.tasksPrefix(), config.resultsPrefix(), config.adaptersPrefix());
        for (var a : prefixes) {
            var overlap = prefixes.stream().filter(b -> b.startsWith(a)).count();
            if (overlap > 1) {
                throw new StartupException(
                        "icm-lora.events: the prefixes %s overlap, so that results would be taken ".formatted(prefixes)
                                + "for task files");
            }
        }
        var inputs = function.limits().inputs();
        if (config.buckets().isPresent() && config.batch() > inputs) {
            throw new StartupException(
                    "icm-lora.events.batch (ICM_LORA_EVENTS_BATCH) is %d, more than the %d inputs that a request may have"
                                    .formatted(config.batch(), inputs)
                            + " (ICM_LORA_LIMITS_INPUTS): no batch could be answered");
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
