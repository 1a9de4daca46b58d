package dev.icmlora.function.named;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

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
/// `functions/<tenant>/<name>/<number>.json`, and beside them `given`, the last number that the name gave away. A
/// version
/// that runs beside has its share in its name, and an object `<number>.compared.json` for what came of it.
///
/// A number is taken by a conditional write of `given`, so two who define at once get two numbers. `given` only rises
/// and stays when versions are deleted: no number is given twice, and a program that names one never gets another
/// function.
///
/// @param mostVersions of one tenant; it may have had as many names, too
/// @param mostBytes of one tenant
record FunctionVersions(ObjectStore store, int mostVersions, long mostBytes) {

    private static final String PREFIX = "functions/";
    private static final String COMPARISON = ".compared.json";
    /// Where everybody shares them; no tenant's id.
    private static final String SHARED = "shared";

    private static final String GIVEN = "given";

    private static String prefix(Tenant tenant) {
        return PREFIX + (tenant.equals(Tenant.SHARED) ? SHARED : tenant.id()) + "/";
    }

    private static String prefix(Tenant tenant, String name) {
        return prefix(tenant) + name + "/";
    }

    private static String comparisonKey(Tenant tenant, String name, int number) {
        return prefix(tenant, name) + "%09d".formatted(number) + COMPARISON;
    }

    /// Adds a version, unless the newest one is the same; one that runs beside, unless that which does is the same.
    ///
    /// @param content never `null`
    /// @param every of how many requests one is answered by this version too; empty for one that serves
    /// @throws StorageFullException if the tenant has too many
    FunctionVersion add(Tenant tenant, String name, byte[] content, OptionalInt every) {
        var all = store.list(prefix(tenant));
        var own = Versions.of(all, prefix(tenant, name));
        var same = (every.isPresent() && own.beside().isPresent()
                        ? read(own, own.beside().getAsInt())
                        : served(own))
                .filter(newest -> Arrays.equals(newest.content(), content));
        if (same.isPresent()) {
            return same.get();
        }
        requireRoom(all, content.length);
        var numbers = own.numbers();
        var number = take(tenant, name, numbers.isEmpty() ? 1 : numbers.getLast() + 1);
        if (every.isPresent()) {
            // First, and never again: what counts for a version that was deleted finds nothing to write into.
            var nothing = Content.of("{}".getBytes(UTF_8));
            store.write(comparisonKey(tenant, name, number), nothing, Map.of(), new Condition.IfAbsent());
        }
        var key = prefix(tenant, name) + Versions.file(number, every);
        store.write(key, Content.of(content), Map.of(), new Condition.IfAbsent());
        return new FunctionVersion(number, content, true, Optional.empty());
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
        var versions = all.stream().filter(Versions::isVersion).count();
        if (Math.max(names, versions) >= mostVersions) {
            throw StorageFullException.ofFunctions(mostVersions + " versions");
        }
        if (all.stream().mapToLong(StoredObject::bytes).sum() + more > mostBytes) {
            throw StorageFullException.ofFunctions(mostBytes + " bytes");
        }
    }

    /// The version of that number; empty if there is none.
    Optional<FunctionVersion> find(Tenant tenant, String name, int number) {
        return read(versions(tenant, name), number);
    }

    /// The version that the name alone means; empty if there is none.
    Optional<FunctionVersion> served(Tenant tenant, String name) {
        return served(versions(tenant, name));
    }

    private Versions versions(Tenant tenant, String name) {
        var prefix = prefix(tenant, name);
        return Versions.of(store.list(prefix), prefix);
    }

    private Optional<FunctionVersion> served(Versions versions) {
        return versions.serving().stream()
                .map(number -> read(versions, number))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<FunctionVersion> read(Versions versions, int number) {
        if (!versions.has(number)) {
            return Optional.empty();
        }
        var every = versions.everyBeside(number);
        var beside = every.isPresent()
                ? Optional.of(new FunctionVersion.Beside(versions.beside().getAsInt(), every.getAsInt()))
                : Optional.<FunctionVersion.Beside>empty();
        return content(versions.object(number)).map(content -> new FunctionVersion(number, content, false, beside));
    }

    /// What is known of how a version that runs beside compares, as JSON; empty for one that does not.
    Optional<byte[]> comparison(Tenant tenant, String name, int number) {
        return store.find(comparisonKey(tenant, name, number)).flatMap(this::content);
    }

    /// Changes what [#comparison] gives back, once. Nothing happens if the version was deleted.
    void compared(Tenant tenant, String name, int number, UnaryOperator<byte[]> change) {
        var key = comparisonKey(tenant, name, number);
        for (var there = store.find(key); there.isPresent(); there = store.find(key)) {
            var content = content(there.get());
            if (content.isPresent()) {
                var condition = new Condition.IfVersion(there.get().version());
                try {
                    store.write(key, Content.of(change.apply(content.get())), Map.of(), condition);
                    return;
                } catch (ConditionFailedException e) {
                    // Another process counted meanwhile.
                    continue;
                }
            }
        }
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

    /// The versions of each name that has any, in the order of names.
    SortedMap<String, Versions> list(Tenant tenant) {
        var names = new TreeMap<String, Versions>();
        var prefix = prefix(tenant);
        var objects = store.list(prefix).stream()
                .collect(Collectors.groupingBy(
                        object -> object.key().substring(prefix.length()).split("/", 2)[0]));
        objects.forEach((name, own) -> {
            var versions = Versions.of(own, prefix(tenant, name));
            if (!versions.numbers().isEmpty()) {
                names.put(name, versions);
            }
        });
        return names;
    }

    /// Deletes one version.
    ///
    /// @return whether it was there
    boolean delete(Tenant tenant, String name, int number) {
        var versions = versions(tenant, name);
        return delete(tenant, name, versions, versions.has(number) ? List.of(number) : List.of());
    }

    /// Deletes all versions of a name.
    ///
    /// @return whether there was any
    boolean delete(Tenant tenant, String name) {
        var versions = versions(tenant, name);
        return delete(tenant, name, versions, versions.numbers());
    }

    private boolean delete(Tenant tenant, String name, Versions versions, List<Integer> numbers) {
        for (var number : numbers) {
            // What it says of inputs goes first: nobody would find it without the version.
            store.delete(comparisonKey(tenant, name, number));
            store.delete(versions.object(number).key());
        }
        return !numbers.isEmpty();
    }
}
