package dev.icmlora.function.storage;

import java.nio.file.Path;

import jakarta.inject.Singleton;

/// Opens stores. A provider's client is made when a bucket of it is opened, and not before: one that is not used costs
/// a start nothing. It lives as long as the process.
@Singleton
public final class Stores {

    private final StorageConfig config;

    public Stores(StorageConfig config) {
        this.config = config;
    }

    /// The store behind a bucket. Whether the bucket is there shows when it is used.
    public ObjectStore open(Bucket bucket) {
        return switch (bucket.provider()) {
            case LOCAL -> new LocalStore(Path.of(bucket.name()));
            case GOOGLE -> GoogleStore.open(bucket.name(), config);
            case S3 -> S3Store.open(bucket.name(), config);
            case AZURE -> AzureStore.open(bucket.name(), config);
        };
    }
}
