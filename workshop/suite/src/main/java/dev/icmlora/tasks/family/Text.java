package dev.icmlora.tasks.family;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Lexicon;

/// Spelling of words and lists that several families need.
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

    /// The items, separated by commas.
    static String list(List<?> items) {
        return items.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    /// The words' first letters as capitals.
    static String initials(List<String> words) {
        return words.stream().map(word -> upper(word.substring(0, 1))).collect(Collectors.joining());
    }

    static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    /// The English name of a language in lower case.
    ///
    /// @param code of ISO 639
    static String language(String code) {
        return lower(new ULocale(code).getDisplayLanguage(ULocale.ENGLISH));
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
