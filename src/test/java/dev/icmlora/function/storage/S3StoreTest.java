package dev.icmlora.function.storage;

/// A bucket on s3proxy.
class S3StoreTest extends ServedStoreContract {

    S3StoreTest() {
        super(Bucket.Provider.S3);
    }
}
