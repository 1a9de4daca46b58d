package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Supplier;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.servers.FaultyProxy;
import dev.icmlora.function.servers.StorageServer;

/// What every bucket does, of one on a server.
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
abstract class ServedStoreContract extends ObjectStoreContract {

    private static final int HUGE = 64 << 20;
    /// What a client and the sockets on the way hold, at most.
    private static final int AHEAD = 24 << 20;

    private static final String UNAVAILABLE = "unavailable";

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

    /// Clients take headers that end with the connection for whole ones, and a body that they do not announce for none.
    @ParameterizedTest
    @ValueSource(ints = {12, 17, 30, 60, 100, 150, 200, 250, 300, 350, 400, 500})
    void anAnswerThatEndsEarlyIsNotTakenForNothing(int bytes) throws Exception {
        try (var proxy = new FaultyProxy(server.address(), 0)) {
            var there = StorageServer.stores(server.config(proxy.port())).open(server.bucket());
            var key = "cut/" + bytes + "/a";
            there.write(key, Content.of(new byte[1000]), Map.of(), new Condition.IfAbsent());
            var object = there.find(key).orElseThrow();

            proxy.cut(bytes);

            assertThat(orUnavailable(() -> there.list("cut/" + bytes).size())).isIn(1, UNAVAILABLE);
            assertThat(orUnavailable(() -> there.find(key).orElseThrow())).isIn(object, UNAVAILABLE);
            assertThat(orUnavailable(() -> there.content(object).orElseThrow().length))
                    .isIn(1000, UNAVAILABLE);
        }
    }

    private static Object orUnavailable(Supplier<Object> asked) {
        try {
            return asked.get();
        } catch (StorageUnavailableException e) {
            return UNAVAILABLE;
        }
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
