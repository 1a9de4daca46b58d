package dev.icmlora.function.storage;

/// Opens the buckets of one provider. An addon has one as a bean.
public interface StoreProvider {

    Bucket.Provider provider();

    /// Makes the provider's client, and sends nothing.
    ///
    /// @param name of the bucket, without its scheme
    ObjectStore open(String name, StorageConfig config);
}
