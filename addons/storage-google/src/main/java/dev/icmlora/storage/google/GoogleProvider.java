package dev.icmlora.storage.google;

import jakarta.inject.Singleton;

import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StoreProvider;

/// Opens buckets of Google Cloud Storage.
@Singleton
public final class GoogleProvider implements StoreProvider {

    @Override
    public Provider provider() {
        return Provider.GOOGLE;
    }

    @Override
    public ObjectStore open(String name, StorageConfig config) {
        return GoogleStore.open(name, config);
    }
}
