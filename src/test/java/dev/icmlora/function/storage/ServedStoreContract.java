package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import dev.icmlora.function.servers.FaultyProxy;
import dev.icmlora.function.servers.StorageServer;

/// What every bucket does, of one on a server.
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
abstract class ServedStoreContract extends ObjectStoreContract {

    private static final int HUGE = 64 << 20;
    /// What a client and the sockets on the way hold, at most.
    private static final int AHEAD = 24 << 20;

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

    @Test
    void whatIsClosedEarlyIsNotReadToItsEnd() throws Exception {
        try (var proxy = new FaultyProxy(server.address(), 0)) {
            var there = StorageServer.stores(server.config(proxy.port())).open(server.bucket());
            there.write("early/a", new Content(HUGE, () -> new Pattern(HUGE)), Map.of(), new Condition.IfAbsent());
            var object = there.find("early/a").orElseThrow();

            var before = proxy.answered();
            try (var in = there.read(object)) {
                assertThat(in.read()).isZero();
            }

            assertThat(proxy.answered() - before).isLessThan(AHEAD);
            // The next one is answered, whatever became of the connection.
            assertThat(there.find("early/a")).contains(object);
        }
    }
}
