package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Handling the letters of one everyday word. All tasks ask about the same words.
final class LetterTasks {

    private static final Domain<String> WORDS =
            Domain.of(Lexicon.words()).filter(word -> word.length() >= 3 && word.length() <= 9);
    private static final Domain<String> FOUR_LETTERS = WORDS.filter(word -> word.length() > 3);
    private static final Domain<String> FIVE_LETTERS = WORDS.filter(word -> word.length() <= 5);
    private static final Domain<String> SIX_LETTERS = WORDS.filter(word -> word.length() <= 6);
    private static final Domain<String> WITH_VOWELS = WORDS.filter(word -> !word.matches("[^aeiou]*"));
    private static final Domain<String> WITH_CONSONANTS = WORDS.filter(word -> !word.matches("[aeiou]*"));

    private LetterTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "letters",
                task("upper-case", WORDS, Text::upper),
                task("capitalise", WORDS, Text::capitalised),
                task("first-letter", WORDS, word -> word.charAt(0)),
                task("last-letter", WORDS, LetterTasks::last),
                task("second-letter", WORDS, word -> word.charAt(1)),
                task("first-and-last", WORDS, word -> word.charAt(0) + " " + last(word)),
                task("length", WORDS, String::length),
                task("initial-and-length", WORDS, word -> word.charAt(0) + "" + word.length()),
                task("first-three", FOUR_LETTERS, word -> word.substring(0, 3)),
                task("last-three", FOUR_LETTERS, word -> word.substring(word.length() - 3)),
                task("drop-first", WORDS, word -> word.substring(1)),
                task("drop-last", WORDS, word -> word.substring(0, word.length() - 1)),
                task("remove-vowels", WITH_CONSONANTS, word -> word.replaceAll("[aeiou]", "")),
                task("only-vowels", WITH_VOWELS, word -> word.replaceAll("[^aeiou]", "")),
                task("mask-vowels", WITH_VOWELS, word -> word.replaceAll("[aeiou]", "*")),
                task("spell-with-hyphens", SIX_LETTERS, word -> String.join("-", word.split(""))),
                task("spell-with-spaces", SIX_LETTERS, word -> String.join(" ", word.split(""))),
                task("repeat-word", WORDS, word -> word + " " + word),
                task(
                        "swap-ends",
                        SIX_LETTERS.filter(word -> word.charAt(0) != last(word)),
                        word -> last(word) + word.substring(1, word.length() - 1) + word.charAt(0)),
                task("reverse-short", FIVE_LETTERS, Text::reversed),
                task("starts-with-vowel", Domain.of(Lexicon.words()), word -> Text.startsWithVowel(word) ? "yes" : "no")
                        .evenly(),
                task("a-or-an", Domain.of(Text.COUNTABLE), Text::withArticle),
                task(
                        "letters-sorted",
                        FIVE_LETTERS,
                        word -> word.chars()
                                .sorted()
                                .mapToObj(Character::toString)
                                .collect(Collectors.joining())),
                task("alternate-caps", SIX_LETTERS, LetterTasks::alternating),
                task("in-quotes", WORDS, word -> '"' + word + '"'),
                task("in-brackets", WORDS, word -> "[" + word + "]"));
    }

    private static char last(String word) {
        return word.charAt(word.length() - 1);
    }

    private static String alternating(String word) {
        StringBuilder result = new StringBuilder(Text.upper(word));
        for (int i = 1; i < word.length(); i += 2) {
            result.setCharAt(i, word.charAt(i));
        }
        return result.toString();
    }
}
