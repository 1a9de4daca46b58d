package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Secret writing and play with words, on short words or letters.
final class CipherTasks {

    private static final Domain<String> WORDS = Domain.of(Lexicon.words()).filter(word -> word.length() <= 6);
    /// Three letters drawn at random, for tasks where short words are too few.
    private static final Domain<String> TRIPLES = Domain.drawn(
            random -> random.ints(3, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining()));
    private static final Function<String, String> NUMBERS = each(i -> Integer.toString(i + 1), "-");
    private static final Function<String, String> SPELLING = each(
            "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec"
                    + " Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu",
            " ");
    private static final Function<String, String> MORSE = each(
            ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.--"
                    + " --..",
            " ");
    private static final Function<String, String> LEET =
            each("4 b c d 3 f g h 1 j k l m n 0 p q r 5 7 u v w x y z", "");
    private static final Function<String, String> ONE_VOWEL = word -> word.replaceAll("[aeiou]", "o");

    private CipherTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "ciphers",
                task("next-letters", TRIPLES, shifted(1)),
                task("previous-letters", TRIPLES, shifted(25)),
                task("letter-numbers", TRIPLES, NUMBERS),
                task("numbers-to-letters", TRIPLES, NUMBERS, text -> text),
                task("spelling-alphabet", TRIPLES, SPELLING),
                task("from-spelling-alphabet", TRIPLES, SPELLING, text -> text),
                task("morse", TRIPLES, MORSE),
                task("from-morse", TRIPLES, MORSE, text -> text),
                task("leet", changing(LEET), LEET),
                task(
                        "pig-latin",
                        WORDS.filter(word -> !Text.startsWithVowel(word)),
                        word -> word.substring(1) + word.charAt(0) + "ay"),
                task(
                        "doubled-letters",
                        WORDS.filter(word -> word.length() <= 5),
                        each(i -> letter(i).repeat(2), "")),
                task("vowels-to-o", changing(ONE_VOWEL), ONE_VOWEL),
                task("phone-keys", TRIPLES, each("2 2 2 3 3 3 4 4 4 5 5 5 6 6 6 7 7 7 7 8 8 8 9 9 9 9", "")),
                task("reversed-triple", TRIPLES, Text::reversed),
                task("mirrored-alphabet", TRIPLES, each(i -> letter(25 - i), "")),
                task("stars", WORDS, word -> word.charAt(0) + "*".repeat(word.length() - 1)),
                task("wrapped-word", WORDS, word -> word.charAt(0) + "-" + word + "-" + word.charAt(0)));
    }

    /// The words that the code does not leave as they are.
    private static Domain<String> changing(Function<String, String> code) {
        return WORDS.filter(word -> !code.apply(word).equals(word));
    }

    private static Function<String, String> shifted(int key) {
        return each(i -> letter((i + key) % 26), "");
    }

    /// Replaces each letter.
    ///
    /// @param codes of `a` to `z`, separated by spaces
    private static Function<String, String> each(String codes, String separator) {
        return each(List.of(codes.split(" "))::get, separator);
    }

    /// Replaces each letter.
    ///
    /// @param code of a letter by its place in the alphabet, from 0
    private static Function<String, String> each(IntFunction<String> code, String separator) {
        return text -> text.chars().mapToObj(c -> code.apply(c - 'a')).collect(Collectors.joining(separator));
    }

    private static String letter(int place) {
        return Character.toString('a' + place);
    }
}
