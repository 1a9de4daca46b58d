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
/// `functions/<tenant>/<name>/<number>.json`, and beside them `given`, the last number that the name gave away.
///
/// A number is taken by a conditional write of `given`, so two who define at once get two numbers. `given` only rises
/// and stays when versions are deleted: no number is given twice, and a program that names one never gets another
/// function.
///
/// @param mostVersions of one tenant; it may have had as many names, too
/// @param mostBytes of one tenant
record FunctionVersions(ObjectStore store, int mostVersions, long mostBytes) {

    private static final String PREFIX = "functions/";
    private static final String SUFFIX = ".json";
    /// Where everybody shares them; no tenant's id.
    private static final String SHARED = "shared";

    private static final String GIVEN = "given";

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

    /// Adds a version, unless the newest one is the same.
    ///
    /// @param content never `null`
    /// @throws StorageFullException if the tenant has too many
    FunctionVersion add(Tenant tenant, String name, byte[] content) {
        var all = store.list(prefix(tenant));
        var own = numbered(all, prefix(tenant, name));
        var newest = newestOf(own);
        if (newest.isPresent() && Arrays.equals(newest.get().content(), content)) {
            return newest.get();
        }
        requireRoom(all, content.length);
        var number = take(tenant, name, own.isEmpty() ? 1 : own.lastKey() + 1);
        store.write(key(tenant, name, number), Content.of(content), Map.of(), new Condition.IfAbsent());
        return new FunctionVersion(number, content, true);
    }

    /// A number that nobody else has or had.
    ///
    /// @param least in case that somebody removed `given`
    private int take(Tenant tenant, String name, int least) {
        var key = prefix(tenant, name) + GIVEN;
        while (true) {
            var given = store.find(key);
            var number = Math.max(least, given.map(this::number).orElse(0) + 1);
            var condition = given.<Condition>map(object -> new Condition.IfVersion(object.version()))
                    .orElseGet(Condition.IfAbsent::new);
            try {
                store.write(key, Content.of(Integer.toString(number).getBytes(UTF_8)), Map.of(), condition);
                return number;
            } catch (ConditionFailedException e) {
                // Another process was quicker: its number is gone.
                continue;
            }
        }
    }

    /// What `given` says; 0 if it went meanwhile.
    private int number(StoredObject given) {
        var text = content(given).map(bytes -> new String(bytes, UTF_8)).orElse("0");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new StorageUnavailableException(given.key() + " is damaged: it holds no number", e);
        }
    }

    private void requireRoom(List<StoredObject> all, int more) {
        var names = all.stream()
                .filter(object -> object.key().endsWith("/" + GIVEN))
                .count();
        if (Math.max(names, all.size() - names) >= mostVersions) {
            throw StorageFullException.ofFunctions(mostVersions + " versions");
        }
        if (all.stream().mapToLong(StoredObject::bytes).sum() + more > mostBytes) {
            throw StorageFullException.ofFunctions(mostBytes + " bytes");
        }
    }

    /// The objects of a name by their numbers.
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

    private Optional<FunctionVersion> read(int number, StoredObject object) {
        return content(object).map(content -> new FunctionVersion(number, content, false));
    }

    /// Empty if the object was deleted or replaced meanwhile.
    private Optional<byte[]> content(StoredObject object) {
        try (var in = store.read(object)) {
            return Optional.of(in.readAllBytes());
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
                    var numbers =
                            List.copyOf(numbered(all, prefix(tenant, name)).keySet());
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
        return delete(store.find(key(tenant, name, number)).stream().toList());
    }

    /// Deletes all versions of a name.
    ///
    /// @return whether there was any
    boolean delete(Tenant tenant, String name) {
        return delete(List.copyOf(versions(tenant, name).values()));
    }

    private boolean delete(List<StoredObject> objects) {
        objects.forEach(object -> store.delete(object.key()));
        return !objects.isEmpty();
    }
}
