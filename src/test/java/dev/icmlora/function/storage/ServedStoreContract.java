package dev.icmlora.function.storage;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import dev.icmlora.function.servers.StorageServer;

/// What every bucket does, of one on a server.
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
abstract class ServedStoreContract extends ObjectStoreContract {

    private final StorageServer server;
    private ObjectStore store;

    ServedStoreContract(Bucket.Provider provider) {
        this.server = StorageServer.of(provider);
    }

    @BeforeAll
    void makeBucket() {
        store = open(server.bucket());
    }

    StorageServer server() {
        return server;
    }

    private ObjectStore open(Bucket bucket) {
        return StorageServer.stores(server.config()).open(bucket);
    }

    @Override
    ObjectStore store() {
        return store;
    }

    @Override
    ObjectStore missing() {
        return open(server.missing("missing"));
    }
}
