package dev.icmlora.storage.azure;

import jakarta.inject.Singleton;

import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StoreProvider;

/// Opens containers of Azure Blob Storage.
@Singleton
public final class AzureProvider implements StoreProvider {

    @Override
    public Provider provider() {
        return Provider.AZURE;
    }

    @Override
    public ObjectStore open(String name, StorageConfig config) {
        return AzureStore.open(name, config);
    }
}
