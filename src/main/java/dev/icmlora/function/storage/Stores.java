package dev.icmlora.function.storage;

import java.util.List;
import java.util.Locale;

import io.quarkus.arc.All;
import jakarta.inject.Singleton;

/// Opens stores. A provider's client is made when the first bucket of it is opened, so that an unused client costs a
/// start nothing.
@Singleton
public final class Stores {

    private final StorageConfig config;
    private final List<StoreProvider> addons;

    public Stores(StorageConfig config, @All List<StoreProvider> addons) {
        this.config = config;
        this.addons = addons;
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
