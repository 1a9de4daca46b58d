package dev.icmlora.tasks.family;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Lexicon;

/// English spelling that several families need.
final class Text {

    /// Nouns for things that one can have one or two of.
    static final List<String> COUNTABLE = Lexicon.nouns(
                    "animal",
                    "job",
                    "vehicle",
                    "furniture",
                    "tool",
                    "instrument",
                    "building",
                    "kitchenware",
                    "clothing",
                    "relative")
            .stream()
            .filter(noun -> !List.of("scissors", "pliers", "tweezers", "pyjamas", "glass", "china")
                    .contains(noun))
            .toList();

    private Text() {}

    static String capitalised(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    /// Every word capitalised, with `separator` between.
    static String title(List<String> words, String separator) {
        return words.stream().map(Text::capitalised).collect(Collectors.joining(separator));
    }

    static boolean startsWithVowel(String word) {
        return "aeiou".indexOf(word.charAt(0)) >= 0;
    }

    /// The noun with its indefinite article. The exceptions are those of our word lists.
    static String withArticle(String noun) {
        boolean an = startsWithVowel(noun) && !List.of("uniform", "ukulele").contains(noun) || noun.equals("hour");
        return (an ? "an " : "a ") + noun;
    }
}
