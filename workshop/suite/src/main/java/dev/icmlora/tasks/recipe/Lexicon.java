package dev.icmlora.tasks.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The descriptions, word lists and tables of facts written for this project, kept as text beside this class. A line
/// that begins with `#` is a comment.
public final class Lexicon {

    private static final Map<String, List<String>> NOUNS = words("nouns.txt");
    private static final Map<String, List<String>> NAMES = words("names.txt");
    private static final List<List<String>> ADJECTIVES = table("adjectives.txt");

    private Lexicon() {}

    /// Categories such as `animal`, in the order of the file.
    public static List<String> nounCategories() {
        return List.copyOf(NOUNS.keySet());
    }

    /// Nouns of the given categories, of all when none is given.
    public static List<String> nouns(String... categories) {
        return of(NOUNS, categories);
    }

    /// @param kinds `female`, `male`, `surname`
    public static List<String> names(String... kinds) {
        return of(NAMES, kinds);
    }

    /// Rows of adjective, comparative, opposite (`-` for none).
    public static List<List<String>> adjectiveRows() {
        return ADJECTIVES;
    }

    public static List<String> adjectives() {
        return ADJECTIVES.stream().map(List::getFirst).toList();
    }

    /// Everyday words of every kind: nouns, adjectives, verbs.
    public static List<String> words() {
        return Stream.of(nouns(), adjectives(), column("verbs.txt", 0), column("verb-forms.txt", 0))
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    private static List<String> column(String table, int index) {
        return table(table).stream().map(row -> row.get(index)).toList();
    }

    /// The rows of a table whose columns are separated by tabs, without repeated rows.
    public static List<List<String>> table(String name) {
        return List.copyOf(new LinkedHashSet<>(
                lines(name).stream().map(line -> List.of(line.split("\t"))).toList()));
    }

    /// Lists of words, which white space separates, by their titles.
    public static Map<String, List<String>> words(String name) {
        Map<String, List<String>> words = lists(name);
        words.replaceAll((_, lines) ->
                lines.stream().flatMap(line -> Stream.of(line.split("\\s+"))).toList());
        return words;
    }

    /// Lists of lines by their titles, in the order of the file. A line that is not indented is a title, and the
    /// indented lines below it are its list.
    ///
    /// @throws IllegalStateException when the file has a title twice, or a list without a title
    public static Map<String, List<String>> lists(String name) {
        return lists(name, lines(name));
    }

    static Map<String, List<String>> lists(String name, List<String> lines) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        List<String> current = null;
        for (String line : lines) {
            if (!Character.isWhitespace(line.charAt(0))) {
                current = new ArrayList<>();
                if (lists.put(line.strip(), current) != null) {
                    throw new IllegalStateException("%s has \"%s\" twice".formatted(name, line.strip()));
                }
            } else if (current == null) {
                throw new IllegalStateException("%s has no title above \"%s\"".formatted(name, line.strip()));
            } else {
                current.add(line.strip());
            }
        }
        return lists;
    }

    private static List<String> lines(String name) {
        try (InputStream in = Lexicon.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name + " beside " + Lexicon.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private static List<String> of(Map<String, List<String>> lists, String... titles) {
        Stream<String> wanted = titles.length == 0 ? lists.keySet().stream() : Stream.of(titles);
        return wanted.map(lists::get).flatMap(List::stream).distinct().toList();
    }
}
