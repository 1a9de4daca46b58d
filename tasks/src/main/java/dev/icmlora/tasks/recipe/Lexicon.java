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

/// The word lists and tables of facts written for this project, kept as text beside this class. `#` starts a comment
/// line.
public final class Lexicon {

    private static final Map<String, List<String>> NOUNS = sections("nouns.txt");
    private static final Map<String, List<String>> NAMES = sections("names.txt");
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

    public static List<String> column(String table, int index) {
        return table(table).stream().map(row -> row.get(index)).toList();
    }

    /// The rows of a table whose columns are separated by tabs, without repeated rows.
    public static List<List<String>> table(String name) {
        return List.copyOf(new LinkedHashSet<>(
                lines(name).stream().map(line -> List.of(line.split("\t"))).toList()));
    }

    /// The lines of a file.
    public static List<String> lines(String name) {
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

    /// Sections headed by `[title]`, each a list of words separated by white space.
    private static Map<String, List<String>> sections(String name) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : lines(name)) {
            if (line.startsWith("[")) {
                current = new ArrayList<>();
                sections.put(line.substring(1, line.length() - 1), current);
            } else {
                current.addAll(List.of(line.split("\\s+")));
            }
        }
        return sections;
    }

    private static List<String> of(Map<String, List<String>> sections, String... titles) {
        Stream<String> wanted = titles.length == 0 ? sections.keySet().stream() : Stream.of(titles);
        return wanted.map(sections::get).flatMap(List::stream).distinct().toList();
    }
}
