package dev.icmlora.storage.s3;

import jakarta.inject.Singleton;

import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StoreProvider;

/// Opens buckets of S3.
@Singleton
public final class S3Provider implements StoreProvider {

    @Override
    public Provider provider() {
        return Provider.S3;
    }

    @Override
    public ObjectStore open(String name, StorageConfig config) {
        return S3Store.open(name, config);
    }
}
