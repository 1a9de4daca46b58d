package dev.icmlora.function.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.Setting;
import dev.icmlora.function.config.StartupException;

/// Opens stores, the function's own among them. A provider's client is made when the first bucket of it is opened,
/// so that an unused client costs a start nothing.
@Singleton
public final class Stores {

    /// A client waits meanwhile.
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// Those who wait have threads that answer other requests too.
    private static final int CALLERS = 32;

    private final StorageConfig config;
    private final List<StoreProvider> addons;
    private Optional<ObjectStore> own = Optional.empty();

    public Stores(StorageConfig config, @All List<StoreProvider> addons) {
        this.config = config;
        this.addons = addons;
    }

    /// @throws StartupException if the setting names no bucket
    void start(@Observes StartupEvent event, FunctionConfig function) {
        try {
            own = config.bucket()
                    .map(Bucket::parse)
                    .or(() ->
                            function.adapters().dir().map(Path::toAbsolutePath).map(Bucket::local))
                    .map(bucket -> new RetryingStore(open(bucket), PATIENCE, CALLERS));
        } catch (IllegalArgumentException e) {
            throw new StartupException(new Setting("icm-lora.storage.bucket") + ": " + e.getMessage());
        }
    }

    /// The bucket that keeps functions and jobs; empty where no place was named.
    public Optional<ObjectStore> own() {
        return own;
    }

    /// The store behind a bucket. Whether the bucket is there shows when it is used.
    ///
    /// @throws IllegalArgumentException if the addon of its provider was left out of the build
    public ObjectStore open(Bucket bucket) {
        return addon(bucket).open(bucket.name(), config);
    }

    /// Checks that a bucket can be opened.
    ///
    /// @throws IllegalArgumentException if the addon of its provider was left out of the build
    public void check(Bucket bucket) {
        addon(bucket);
    }

    private StoreProvider addon(Bucket bucket) {
        return addons.stream()
                .filter(addon -> addon.provider() == bucket.provider())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" needs the addon storage-%s, which this function was built without"
                                .formatted(bucket, bucket.provider().name().toLowerCase(Locale.ROOT))));
    }
}
