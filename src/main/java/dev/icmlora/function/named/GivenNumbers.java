package dev.icmlora.function.named;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The last number that each name of a tenant gave to a version, as lines of `name number`. There are so many lines at
/// most, whatever names a tenant makes and deletes: the names with the lowest numbers share one line without a name,
/// `* number`, and go on above that.
///
/// @param shared last number of all names that have no line
record GivenNumbers(int shared, Map<String, Integer> last) {

    static final GivenNumbers NONE = new GivenNumbers(0, Map.of());

    private static final int MOST_NAMES = 1_000;
    private static final String SHARED = "*";

    /// @throws IllegalArgumentException if it is none
    static GivenNumbers of(byte[] content) {
        var last = new TreeMap<String, Integer>();
        for (var line : new String(content, UTF_8).lines().toList()) {
            var words = line.split(" ");
            if (words.length != 2) {
                throw new IllegalArgumentException("no name and number: " + line);
            }
            last.put(words[0], Integer.valueOf(words[1]));
        }
        var shared = last.remove(SHARED);
        return new GivenNumbers(shared == null ? 0 : shared, last);
    }

    /// The number that the next version of a name gets.
    int next(String name) {
        return last.getOrDefault(name, shared) + 1;
    }

    GivenNumbers with(String name, int number) {
        var more = new TreeMap<>(last);
        more.put(name, number);
        if (more.size() <= MOST_NAMES) {
            return new GivenNumbers(shared, more);
        }
        var lowest = more.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(name))
                .min(Comparator.comparing(Map.Entry::getValue))
                .orElseThrow();
        more.remove(lowest.getKey());
        return new GivenNumbers(Math.max(shared, lowest.getValue()), more);
    }

    byte[] bytes() {
        return last.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                .collect(Collectors.joining("", SHARED + " " + shared + "\n", ""))
                .getBytes(UTF_8);
    }
}
