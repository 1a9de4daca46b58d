package dev.icmlora.function.named;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.OwnBucket;

/// Where functions are kept under their names. Without a place for them there are none, and none can be added.
/// Every method waits for the store, and fails with a [dev.icmlora.function.storage.StorageException].
@Singleton
public final class FunctionBucket {

    /// Of one tenant. All of them are listed where one is added.
    private static final int MOST_VERSIONS = 10_000;
    /// Of one tenant.
    private static final long MOST_BYTES = 64 << 20;

    private final OwnBucket bucket;

    FunctionBucket(OwnBucket bucket) {
        this.bucket = bucket;
    }

    private Optional<FunctionVersions> versions() {
        return bucket.store().map(store -> new FunctionVersions(store, MOST_VERSIONS, MOST_BYTES));
    }

    /// Adds a version, unless the newest one is the same.
    ///
    /// @param content its definition, as JSON
    /// @throws RequestException if there is no place for it
    /// @throws RequestException if the tenant has too many
    public FunctionVersion add(Tenant tenant, String name, byte[] content) {
        return versions()
                .orElseThrow(() -> RequestException.notKept("Functions"))
                .add(tenant, name, content);
    }

    /// The version that is named, or the newest one.
    public Optional<FunctionVersion> find(Tenant tenant, FunctionName name) {
        return versions()
                .flatMap(there -> name.version().isPresent()
                        ? there.find(tenant, name.name(), name.version().getAsInt())
                        : there.newest(tenant, name.name()));
    }

    /// The versions of each name, in the order of names.
    public SortedMap<String, Versions> list(Tenant tenant) {
        return versions().map(there -> there.list(tenant)).orElseGet(TreeMap::new);
    }

    /// Deletes the version that is named, or all of them.
    ///
    /// @return whether there was any
    public boolean delete(Tenant tenant, FunctionName name) {
        return versions()
                .filter(there -> name.version().isPresent()
                        ? there.delete(tenant, name.name(), name.version().getAsInt())
                        : there.delete(tenant, name.name()))
                .isPresent();
    }
}
