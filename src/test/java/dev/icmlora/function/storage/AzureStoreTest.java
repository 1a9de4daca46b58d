package dev.icmlora.function.storage;

/// A bucket on Azurite.
class AzureStoreTest extends ServedStoreContract {

    AzureStoreTest() {
        super(Bucket.Provider.AZURE);
    }
}
