package dev.icmlora.function.named;

import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.icmlora.function.storage.StoredObject;

/// The versions of a function, as a listing of the bucket shows them: `000000003.json`, or `000000004.every-10.json` of
/// one that is answered beside each tenth request. So a listing tells which version serves.
public final class Versions {

    private static final Pattern FILE = Pattern.compile("([0-9]{9})(?:\\.every-([1-9][0-9]{0,8}))?\\.json");

    private final SortedMap<Integer, Kept> kept = new TreeMap<>();

    private record Kept(StoredObject object, OptionalInt every) {}

    /// @param prefix of the function; objects of others are passed over
    static Versions of(List<StoredObject> objects, String prefix) {
        var versions = new Versions();
        for (var object : objects) {
            if (object.key().startsWith(prefix)) {
                // Whatever else somebody put there is none.
                var file = FILE.matcher(object.key().substring(prefix.length()));
                if (file.matches()) {
                    var every = file.group(2) == null
                            ? OptionalInt.empty()
                            : OptionalInt.of(Integer.parseInt(file.group(2)));
                    versions.kept.put(Integer.parseInt(file.group(1)), new Kept(object, every));
                }
            }
        }
        return versions;
    }

    /// @param every of how many requests one is answered by this version too; empty for one that serves
    static String file(int number, OptionalInt every) {
        return "%09d".formatted(number) + (every.isPresent() ? ".every-" + every.getAsInt() : "") + ".json";
    }

    /// Whether an object holds a version, of whatever function.
    static boolean isVersion(StoredObject object) {
        return FILE.matcher(object.key().substring(object.key().lastIndexOf('/') + 1))
                .matches();
    }

    /// In order.
    public List<Integer> numbers() {
        return List.copyOf(kept.keySet());
    }

    boolean has(int number) {
        return kept.containsKey(number);
    }

    StoredObject object(int number) {
        return kept.get(number).object();
    }

    /// What the name alone means, best first: the newest version that is not beside. Where there are only others, they
    /// serve.
    List<Integer> serving() {
        var newestFirst = kept.reversed().keySet().stream().toList();
        return Stream.concat(
                        newestFirst.stream().filter(number -> !isBeside(number)),
                        newestFirst.stream().filter(this::isBeside))
                .toList();
    }

    private boolean isBeside(int number) {
        return kept.get(number).every().isPresent();
    }

    /// The version that the name alone means; empty if there is none.
    public OptionalInt served() {
        return serving().stream().mapToInt(number -> number).findFirst();
    }

    /// The version that runs beside the one that serves: the newest one, if it was meant to.
    public OptionalInt beside() {
        return kept.isEmpty() || !isBeside(kept.lastKey()) || isBeside(served().getAsInt())
                ? OptionalInt.empty()
                : OptionalInt.of(kept.lastKey());
    }

    /// Of how many requests for this version one is answered by the version beside; empty where none runs beside it.
    OptionalInt everyBeside(int number) {
        return beside().isPresent() && served().getAsInt() == number
                ? kept.get(beside().getAsInt()).every()
                : OptionalInt.empty();
    }
}
