package dev.icmlora.function.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.Setting;
import dev.icmlora.function.config.StartupException;

/// The bucket that keeps functions and jobs, if there is one.
@Singleton
public final class OwnBucket {

    /// A client waits meanwhile.
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// Those who wait have threads that answer other requests too.
    private static final int CALLERS = 32;

    private static final Setting SETTING = new Setting("icm-lora.storage.bucket");

    private final Stores stores;
    private final StorageConfig config;
    private final FunctionConfig function;
    private Optional<ObjectStore> store = Optional.empty();

    OwnBucket(Stores stores, StorageConfig config, FunctionConfig function) {
        this.stores = stores;
        this.config = config;
        this.function = function;
    }

    /// @throws StartupException if the setting names no bucket
    void start(@Observes StartupEvent event) {
        try {
            store = config.bucket()
                    .map(Bucket::parse)
                    .or(() ->
                            function.adapters().dir().map(Path::toAbsolutePath).map(Bucket::local))
                    .map(bucket -> new RetryingStore(stores.open(bucket), PATIENCE, CALLERS));
        } catch (IllegalArgumentException e) {
            throw new StartupException(SETTING + ": " + e.getMessage());
        }
    }

    /// Empty where no place was named.
    public Optional<ObjectStore> store() {
        return store;
    }
}
