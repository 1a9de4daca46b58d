package dev.icmlora.function.named;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.error.StorageFullException;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.StoredObject;

/// Versions of functions in a bucket, which any number of processes may share:
/// `functions/<tenant>/<name>/<number>.json`.
///
/// An object is created under a number that is free, or not at all, so two who define at once get two numbers. What
/// was created is never changed but to `null`, which stands for a version that was deleted. The highest number of a
/// name stays for ever: no number is given twice, and a program that names one never gets another function.
///
/// @param mostVersions of one tenant, deleted ones that are still there too
/// @param mostBytes of one tenant
record FunctionVersions(ObjectStore store, int mostVersions, long mostBytes) {

    private static final String PREFIX = "functions/";
    private static final String SUFFIX = ".json";
    /// Where everybody shares them; no tenant's id.
    private static final String SHARED = "shared";

    private static final byte[] DELETED = "null".getBytes(UTF_8);

    private static String prefix(Tenant tenant) {
        return PREFIX + (tenant.equals(Tenant.SHARED) ? SHARED : tenant.id()) + "/";
    }

    private static String prefix(Tenant tenant, String name) {
        return prefix(tenant) + name + "/";
    }

    /// With zeros before the number, so that the order of keys is that of numbers.
    private static String key(Tenant tenant, String name, int number) {
        return prefix(tenant, name) + "%09d".formatted(number) + SUFFIX;
    }

    private static boolean isDeleted(StoredObject object) {
        return object.bytes() == DELETED.length;
    }

    /// Adds a version, unless the newest one is the same.
    ///
    /// @param content never `null`
    /// @throws StorageFullException if the tenant has too many
    FunctionVersion add(Tenant tenant, String name, byte[] content) {
        while (true) {
            var all = store.list(prefix(tenant));
            var own = numbered(all, prefix(tenant, name));
            var newest = newestOf(own);
            if (newest.isPresent() && Arrays.equals(newest.get().content(), content)) {
                return newest.get();
            }
            requireRoom(all, content.length);
            var number = own.isEmpty() ? 1 : own.lastKey() + 1;
            try {
                store.write(key(tenant, name, number), Content.of(content), Map.of(), new Condition.IfAbsent());
                return new FunctionVersion(number, content, true);
            } catch (ConditionFailedException e) {
                // Another process was quicker: the next number is looked for.
                continue;
            }
        }
    }

    private void requireRoom(List<StoredObject> all, int more) {
        if (all.size() >= mostVersions) {
            throw StorageFullException.ofFunctions(mostVersions + " versions");
        }
        if (all.stream().mapToLong(StoredObject::bytes).sum() + more > mostBytes) {
            throw StorageFullException.ofFunctions(mostBytes + " bytes");
        }
    }

    /// The objects of a name by their numbers, deleted ones too.
    private static SortedMap<Integer, StoredObject> numbered(List<StoredObject> objects, String prefix) {
        var numbered = new TreeMap<Integer, StoredObject>();
        for (var object : objects) {
            if (object.key().startsWith(prefix)) {
                var number = object.key().substring(prefix.length()).replaceFirst("\\.json$", "");
                // Whatever else somebody put there is none.
                if (number.matches("[0-9]{9}")) {
                    numbered.put(Integer.parseInt(number), object);
                }
            }
        }
        return numbered;
    }

    /// The version of that number; empty if there is none.
    Optional<FunctionVersion> find(Tenant tenant, String name, int number) {
        return store.find(key(tenant, name, number)).flatMap(object -> read(number, object));
    }

    /// The newest version; empty if there is none.
    Optional<FunctionVersion> newest(Tenant tenant, String name) {
        return newestOf(versions(tenant, name));
    }

    private SortedMap<Integer, StoredObject> versions(Tenant tenant, String name) {
        var prefix = prefix(tenant, name);
        return numbered(store.list(prefix), prefix);
    }

    private Optional<FunctionVersion> newestOf(SortedMap<Integer, StoredObject> versions) {
        return versions.reversed().entrySet().stream()
                .map(entry -> read(entry.getKey(), entry.getValue()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /// Empty for one that is deleted, or was meanwhile.
    private Optional<FunctionVersion> read(int number, StoredObject object) {
        if (isDeleted(object)) {
            return Optional.empty();
        }
        try (var in = store.read(object)) {
            return Optional.of(new FunctionVersion(number, in.readAllBytes(), false));
        } catch (ObjectGoneException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StorageUnavailableException("cannot read " + object.key() + ": " + e, e);
        }
    }

    /// The numbers of each name's versions, in order.
    SortedMap<String, List<Integer>> list(Tenant tenant) {
        var names = new TreeMap<String, List<Integer>>();
        var all = store.list(prefix(tenant));
        all.stream()
                .map(object -> object.key().substring(prefix(tenant).length()))
                .filter(key -> key.indexOf('/') > 0)
                .map(key -> key.substring(0, key.indexOf('/')))
                .distinct()
                .forEach(name -> {
                    var numbers = numbered(all, prefix(tenant, name)).entrySet().stream()
                            .filter(entry -> !isDeleted(entry.getValue()))
                            .map(Map.Entry::getKey)
                            .toList();
                    if (!numbers.isEmpty()) {
                        names.put(name, numbers);
                    }
                });
        return names;
    }

    /// Deletes one version.
    ///
    /// @return whether it was there
    boolean delete(Tenant tenant, String name, int number) {
        return store.find(key(tenant, name, number)).filter(this::delete).isPresent();
    }

    /// Deletes all versions of a name.
    ///
    /// @return whether there was any
    boolean delete(Tenant tenant, String name) {
        var versions = versions(tenant, name);
        var deleted = versions.values().stream().filter(this::delete).count();
        if (!versions.isEmpty()) {
            // Not the highest one: it says which numbers were given.
            versions.headMap(versions.lastKey()).values().forEach(object -> store.delete(object.key()));
        }
        return deleted > 0;
    }

    private boolean delete(StoredObject object) {
        if (isDeleted(object)) {
            return false;
        }
        try {
            store.write(object.key(), Content.of(DELETED), Map.of(), new Condition.IfVersion(object.version()));
            return true;
        } catch (ConditionFailedException e) {
            // Versions change in no other way than this.
            return false;
        }
    }
}
