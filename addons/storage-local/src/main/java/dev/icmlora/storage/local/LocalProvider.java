package dev.icmlora.storage.local;

import java.nio.file.Path;

import jakarta.inject.Singleton;

import dev.icmlora.function.storage.Bucket.Provider;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.function.storage.StoreProvider;

/// Opens directories as buckets.
@Singleton
public final class LocalProvider implements StoreProvider {

    @Override
    public Provider provider() {
        return Provider.LOCAL;
    }

    @Override
    public ObjectStore open(String name, StorageConfig config) {
        return new LocalStore(Path.of(name));
    }
}
