package dev.icmlora.function.named;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageUnavailableException;

/// Versions of functions in a bucket, which any number of processes may share:
/// `functions/<tenant>/<name>/<number>.json`. Every method waits for the store, and fails with a
/// [dev.icmlora.function.storage.StorageException].
///
/// A number is taken by a conditional write of the tenant's [GivenNumbers], `functions/<tenant>/given.txt`, so two
/// who define at once get two numbers. They stay when versions are deleted: no number is given twice, and a program
/// that names one never gets another function.
///
/// @param mostVersions of one tenant
/// @param mostBytes of one tenant
public record FunctionVersions(ObjectStore store, int mostVersions, long mostBytes) {

    /// Of one tenant. All of them are listed where one is added.
    private static final int MOST_VERSIONS = 10_000;
    private static final long MOST_BYTES = 64 << 20;

    private static final String PREFIX = "functions/";
    /// No function has this name.
    private static final String GIVEN = "given.txt";
    /// `000000003.json` is the third version.
    private static final Pattern FILE = Pattern.compile("([0-9]{9})\\.json");

    public FunctionVersions(ObjectStore store) {
        this(store, MOST_VERSIONS, MOST_BYTES);
    }

    /// One version of a function as it is kept.
    ///
    /// @param number from 1 on
    /// @param content its definition, as JSON
    /// @param isNew whether this call made it
    public record Version(int number, byte[] content, boolean isNew) {}

    private static String prefix(Tenant tenant) {
        return PREFIX + tenant.folder() + "/";
    }

    private static String prefix(Tenant tenant, String name) {
        return prefix(tenant) + name + "/";
    }

    /// Adds a version, unless the newest one is the same.
    ///
    /// @param content never `null`
    /// @throws RequestException if the tenant has too many
    public Version add(Tenant tenant, String name, byte[] content) {
        return add(tenant, name, content, OptionalInt.empty()).orElseThrow();
    }

    /// The same, if nothing changed meanwhile.
    ///
    /// @param after number of the version that has to be the newest one; empty for whichever is. One that has its
    /// number already and is not written yet is not seen
    /// @return empty if it is not
    public Optional<Version> add(Tenant tenant, String name, byte[] content, OptionalInt after) {
        var key = prefix(tenant) + GIVEN;
        while (true) {
            // Before the versions are looked at: the next one of another process changes it.
            var there = store.find(key);
            var given = there.map(this::given).orElse(GivenNumbers.NONE);
            var all = store.list(prefix(tenant));
            var own = versions(all, prefix(tenant, name));
            var newest = own.isEmpty() ? 0 : own.lastKey();
            if (after.isPresent() && after.getAsInt() != newest) {
                return Optional.empty();
            }
            var same = newest(own).filter(version -> Arrays.equals(version.content(), content));
            if (same.isPresent()) {
                return same;
            }
            requireRoom(all, content.length);
            // In case that the object with the numbers was removed by hand, above those that are there.
            var number = Math.max(newest + 1, given.next(name));
            var condition = Condition.unchanged(there.map(StoredObject::version));
            try {
                store.write(key, Content.of(given.with(name, number).bytes()), Map.of(), condition);
            } catch (ConditionFailedException e) {
                // Another process was quicker: its number is gone.
                continue;
            }
            var file = prefix(tenant, name) + "%09d.json".formatted(number);
            store.write(file, Content.of(content), Map.of(), new Condition.IfAbsent());
            return Optional.of(new Version(number, content, true));
        }
    }

    private GivenNumbers given(StoredObject object) {
        try {
            // Empty if it was replaced meanwhile, which the conditional write notices.
            return store.content(object).map(GivenNumbers::of).orElse(GivenNumbers.NONE);
        } catch (IllegalArgumentException e) {
            throw new StorageUnavailableException(object.key() + " is damaged: it holds no numbers", e);
        }
    }

    /// @param more bytes of another version
    /// @throws RequestException if the tenant has too many
    public void requireRoom(Tenant tenant, int more) {
        requireRoom(store.list(prefix(tenant)), more);
    }

    private void requireRoom(List<StoredObject> all, int more) {
        if (all.stream().filter(FunctionVersions::isVersion).count() >= mostVersions) {
            throw full(mostVersions + " versions");
        }
        if (all.stream().mapToLong(StoredObject::bytes).sum() + more > mostBytes) {
            throw full(mostBytes + " bytes");
        }
    }

    private static RequestException full(String limit) {
        return Kind.NO_ROOM_FOR_FUNCTION.because(
                "There is no room for another version of a function: the limit is %s. Delete some".formatted(limit));
    }

    /// Whether an object holds a version, of whatever function.
    private static boolean isVersion(StoredObject object) {
        return FILE.matcher(object.key().substring(object.key().lastIndexOf('/') + 1))
                .matches();
    }

    /// The version that is named, or the newest one that can be read.
    public Optional<Version> find(Tenant tenant, FunctionName name) {
        return newest(named(name, versions(tenant, name)));
    }

    /// The versions of a function by number.
    private SortedMap<Integer, StoredObject> versions(Tenant tenant, FunctionName name) {
        var prefix = prefix(tenant, name.name());
        return versions(store.list(prefix), prefix);
    }

    /// @param prefix of the function; objects of others, and those that are no version, are passed over
    private static SortedMap<Integer, StoredObject> versions(List<StoredObject> objects, String prefix) {
        var versions = new TreeMap<Integer, StoredObject>();
        for (var object : objects) {
            if (object.key().startsWith(prefix)) {
                var file = FILE.matcher(object.key().substring(prefix.length()));
                if (file.matches()) {
                    versions.put(Integer.parseInt(file.group(1)), object);
                }
            }
        }
        return versions;
    }

    /// The version that is named, or all of them.
    private static SortedMap<Integer, StoredObject> named(
            FunctionName name, SortedMap<Integer, StoredObject> versions) {
        if (name.version().isEmpty()) {
            return versions;
        }
        var number = name.version().getAsInt();
        return versions.subMap(number, number + 1);
    }

    private Optional<Version> newest(SortedMap<Integer, StoredObject> versions) {
        // One that was deleted meanwhile has no content.
        return versions.reversed().entrySet().stream()
                .flatMap(
                        version -> store
                                .content(version.getValue())
                                .map(content -> new Version(version.getKey(), content, false))
                                .stream())
                .findFirst();
    }

    /// The numbers of the versions of each name that has any, in the order of names.
    public SortedMap<String, List<Integer>> list(Tenant tenant) {
        var names = new TreeMap<String, List<Integer>>();
        var prefix = prefix(tenant);
        var objects = store.list(prefix).stream()
                .collect(Collectors.groupingBy(
                        object -> object.key().substring(prefix.length()).split("/", 2)[0]));
        objects.forEach((name, own) -> {
            var versions = versions(own, prefix(tenant, name));
            if (!versions.isEmpty()) {
                names.put(name, List.copyOf(versions.keySet()));
            }
        });
        return names;
    }

    /// Whether no version is left without the one that is named, or without all of them.
    public boolean isLast(Tenant tenant, FunctionName name) {
        var versions = versions(tenant, name);
        return named(name, versions).size() == versions.size();
    }

    /// Deletes the version that is named, or all of them.
    ///
    /// @return whether there was any
    public boolean delete(Tenant tenant, FunctionName name) {
        var versions = named(name, versions(tenant, name)).values();
        versions.forEach(version -> store.delete(version.key()));
        return !versions.isEmpty();
    }
}
