package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.servers.FaultyProxy;
import dev.icmlora.function.servers.StorageServer;
import dev.icmlora.function.storage.Condition.IfAbsent;
import dev.icmlora.function.storage.Condition.IfVersion;

/// A bucket on fake-gcs-server.
class GoogleStoreTest extends ServedStoreContract {

    GoogleStoreTest() {
        super(Bucket.Provider.GOOGLE);
    }

    /// The server puts objects together under no condition, so what is asked of it has to do.
    @Override
    @Test
    void whatIsPutTogetherIsCreatedOnce() throws Exception {
        var bucket = server().bucket();
        try (var proxy = new FaultyProxy(server().address(), 0)) {
            var store = StorageServer.stores(server().config(proxy.port())).open(bucket);
            store.write("together/0", Content.of(new byte[1]), Map.of(), new IfAbsent());
            var parts = store.list("together/");

            var version = store.compose("together/all", parts, Map.of(), new IfAbsent());
            store.compose("together/all", parts, Map.of(), new IfVersion(version));

            assertThat(proxy.requests())
                    .filteredOn(request -> request.contains("/compose"))
                    .satisfiesExactly(
                            first -> assertThat(first).contains("ifGenerationMatch=0"),
                            second -> assertThat(second).contains("ifGenerationMatch=" + version));
        }
    }
}
