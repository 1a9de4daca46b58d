package dev.icmlora.function.named;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

import dev.icmlora.function.storage.StoredObject;

/// The versions of a function, as a listing of the bucket shows them: `000000003.json` is the third.
public final class Versions {

    private static final Pattern FILE = Pattern.compile("([0-9]{9})\\.json");

    private final SortedMap<Integer, StoredObject> objects = new TreeMap<>();

    /// @param prefix of the function; objects of others are passed over
    static Versions of(List<StoredObject> objects, String prefix) {
        var versions = new Versions();
        for (var object : objects) {
            if (object.key().startsWith(prefix)) {
                // Any other object under the prefix is no version.
                var file = FILE.matcher(object.key().substring(prefix.length()));
                if (file.matches()) {
                    versions.objects.put(Integer.parseInt(file.group(1)), object);
                }
            }
        }
        return versions;
    }

    static String file(int number) {
        return "%09d.json".formatted(number);
    }

    /// Whether an object holds a version, of whatever function.
    static boolean isVersion(StoredObject object) {
        return FILE.matcher(object.key().substring(object.key().lastIndexOf('/') + 1))
                .matches();
    }

    /// In order.
    public List<Integer> numbers() {
        return List.copyOf(objects.keySet());
    }

    boolean has(int number) {
        return objects.containsKey(number);
    }

    StoredObject object(int number) {
        return objects.get(number);
    }

    /// The newest first: the name alone means the first that can be read.
    List<Integer> newestFirst() {
        return List.copyOf(objects.reversed().keySet());
    }
}
