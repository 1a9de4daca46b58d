package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Secret writing and play with words, on short words or letters.
final class CipherTasks implements TaskFamily {

    private static final Domain<String> WORDS = Domain.of(Lexicon.words()).filter(word -> word.length() <= 6);
    /// Three letters drawn at random, for tasks where short words are too few.
    private static final Domain<String> TRIPLES = Domain.drawn(
            random -> random.ints(3, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining()));
    private static final Map<Character, Character> LEET =
            Map.of('a', '4', 'e', '3', 'i', '1', 'o', '0', 's', '5', 't', '7');
    private static final List<String> SPELLING =
            List.of(("Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett"
                            + " Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu")
                    .split(" "));
    private static final List<String> MORSE =
            List.of((".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--."
                            + " --.- .-. ... - ..- ...- .-- -..- -.-- --..")
                    .split(" "));

    @Override
    public String name() {
        return "ciphers";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                task("next-letters").describedAs("""
                        Replace every letter by the next one of the alphabet.
                        Caesar +1
                        Please shift each letter forward by one; z becomes a.
                        Encrypt with a Caesar cipher of key 1.
                        abc -> bcd
                        What do the letters become one step further in the alphabet?
                        Move all letters up by one.
                        Write the letter after each letter.
                        """).from(TRIPLES, text -> shifted(text, 1)),
                task("previous-letters").describedAs("""
                        Replace every letter by the one before it in the alphabet.
                        Caesar -1
                        Please shift each letter back by one; a becomes z.
                        Decrypt a Caesar cipher of key 1.
                        bcd -> abc
                        What do the letters become one step earlier in the alphabet?
                        Move all letters down by one.
                        Write the letter in front of each letter.
                        """).from(TRIPLES, text -> shifted(text, 25)),
                task("letter-numbers")
                        .describedAs("""
                        Replace every letter by its number in the alphabet, with hyphens between.
                        a=1, b=2, ...
                        Please number the letters: a is 1 and z is 26; join with dashes.
                        Which places in the alphabet do the letters have?
                        abc -> 1-2-3
                        Letter positions, hyphenated.
                        Encode the letters as numbers.
                        Turn letters to numbers like children do in secret notes.
                        """)
                        .from(TRIPLES, text -> each(text, i -> Integer.toString(i + 1), "-")),
                task("numbers-to-letters")
                        .describedAs("""
                        Replace every number by the letter with that place in the alphabet.
                        1=a, 2=b, ...
                        Please decode the numbers to letters; 1 is a and 26 is z.
                        Which letters are meant by these positions?
                        1-2-3 -> abc
                        Numbers to letters, joined.
                        Decode the secret note of numbers.
                        Read the alphabet positions as a word.
                        """)
                        .from(TRIPLES, text -> each(text, i -> Integer.toString(i + 1), "-"), text -> text),
                task("spelling-alphabet").describedAs("""
                        Spell the letters with the NATO alphabet.
                        a -> Alfa
                        Please spell it as a pilot would on the radio.
                        Use Alfa, Bravo, Charlie ... for the letters.
                        How is this spelled in the international radio alphabet?
                        One code word for each letter, separated by spaces.
                        Phonetic alphabet, please.
                        Radio spelling of the letters.
                        """).from(TRIPLES, text -> each(text, SPELLING::get, " ")),
                task("from-spelling-alphabet")
                        .describedAs("""
                        Which letters are spelled here with the NATO alphabet?
                        Alfa -> a
                        Please write down the letters that the pilot spells.
                        Decode the radio spelling to small letters.
                        First letter of each code word, lower case, joined.
                        What was spelled on the radio?
                        Turn Alfa, Bravo, Charlie ... back into letters.
                        Letters only, from the phonetic alphabet.
                        """)
                        .from(TRIPLES, text -> each(text, SPELLING::get, " "), text -> text),
                task("morse").describedAs("""
                        Write the letters in Morse code, with a space between.
                        to Morse
                        Please key the letters in dots and dashes.
                        How is this sent by telegraph?
                        Use . and - for each letter.
                        Morse signals for the letters.
                        Encode for a light signal: short is a dot, long a dash.
                        Translate to dots and dashes.
                        """).from(TRIPLES, text -> each(text, MORSE::get, " ")),
                task("from-morse").describedAs("""
                        Which letters is this in Morse code?
                        Morse -> letters
                        Please decode the dots and dashes to small letters.
                        What does the telegraph say?
                        Read the Morse signals.
                        Letters for these signals, joined.
                        Translate from Morse code.
                        Decode the light signal.
                        """).from(TRIPLES, text -> each(text, MORSE::get, " "), text -> text),
                task("leet")
                        .describedAs("""
                        Write the word in leetspeak: a=4, e=3, i=1, o=0, s=5, t=7.
                        l33t
                        Please replace letters by similar digits.
                        How would a hacker of the nineties write this?
                        Digits for a, e, i, o, s and t; the rest stays.
                        1337 form of the word.
                        Swap in the lookalike numbers.
                        Make it leet.
                        """)
                        .from(WORDS.filter(word -> !leet(word).equals(word)), CipherTasks::leet),
                task("pig-latin")
                        .describedAs("""
                        Translate the word to Pig Latin: move the first letter to the end and add "ay".
                        dog -> ogday
                        Please say it in Pig Latin.
                        First letter to the end, then ay.
                        How do children say this in their secret language with -ay?
                        Igpay atinlay, one word.
                        Move the initial behind the word and append ay.
                        Encode the word the Pig Latin way.
                        """)
                        .from(
                                WORDS.filter(word -> !Text.startsWithVowel(word)),
                                word -> word.substring(1) + word.charAt(0) + "ay"),
                task("doubled-letters")
                        .describedAs("""
                        Write every letter twice.
                        double each letter
                        Please stutter the word letter by letter.
                        dog -> ddoogg
                        How does the word look with all letters doubled?
                        Repeat each character once.
                        Two of each letter, in order.
                        Duplicate the letters of the word.
                        """)
                        .from(
                                WORDS.filter(word -> word.length() <= 5),
                                word -> each(word, i -> letter(i).repeat(2), "")),
                task("vowels-to-o")
                        .describedAs("""
                        Replace every vowel by o.
                        a e i u -> o
                        Please sing the word with o as its only vowel.
                        cat -> cot
                        How does the word sound when each vowel is an o?
                        Change all vowels to the letter o.
                        Vowel game: o everywhere.
                        Substitute o for any vowel.
                        """)
                        .from(
                                WORDS.filter(
                                        word -> !word.replaceAll("[aeiou]", "o").equals(word)),
                                word -> word.replaceAll("[aeiou]", "o")),
                task("phone-keys")
                        .describedAs("""
                        Which keys of a phone spell the letters? abc=2, def=3, ... wxyz=9.
                        letters -> phone digits
                        Please dial the letters on a telephone keypad.
                        How is this typed on an old phone, one key a letter?
                        Vanity number for the letters.
                        T9 digits.
                        Each letter becomes the digit of its phone key.
                        Translate to keypad numbers.
                        """)
                        .from(TRIPLES, text -> each(text, i -> "22233344455566677778889999".substring(i, i + 1), "")),
                task("reversed-triple")
                        .describedAs("""
                        Write the three letters in reverse order.
                        abc -> cba
                        Please read the letters from right to left.
                        Mirror writing of the three letters.
                        What do the letters say backwards?
                        Last letter, middle letter, first letter.
                        Turn the triple around.
                        Invert the order of the letters.
                        """)
                        .from(TRIPLES, text -> new StringBuilder(text).reverse().toString()),
                task("mirrored-alphabet").describedAs("""
                        Replace a by z, b by y, c by x and so on.
                        Atbash
                        Please encrypt with the reversed alphabet.
                        abc -> zyx
                        Which letters lie opposite in the alphabet?
                        Mirror each letter at the middle of the alphabet.
                        First becomes last: alphabet reversed.
                        Encode with the Atbash cipher.
                        """).from(TRIPLES, text -> each(text, i -> letter(25 - i), "")),
                task("stars").describedAs("""
                        Keep the first letter and replace all the others by stars.
                        d**
                        Please hide the word but for its initial.
                        dog -> d**
                        How would a newspaper censor this word?
                        Initial, then an asterisk for each further letter.
                        Mask the word after the first letter.
                        Show one letter, star the rest.
                        """).from(WORDS, word -> word.charAt(0) + "*".repeat(word.length() - 1)),
                task("wrapped-word")
                        .describedAs("""
                        Write the word between two copies of its first letter, with hyphens: "d-dog-d".
                        x-word-x
                        Please put the initial before and behind the word, with hyphens.
                        Frame the word by its initial.
                        How does the word look with its first letter on both sides?
                        Initial, hyphen, word, hyphen, initial.
                        Decorate the word with its own first letter.
                        Follow the pattern c-cat-c.
                        """)
                        .from(WORDS, word -> word.charAt(0) + "-" + word + "-" + word.charAt(0)));
    }

    private static String shifted(String text, int key) {
        return each(text, i -> letter((i + key) % 26), "");
    }

    private static String leet(String word) {
        return Arrays.stream(word.split(""))
                .map(letter -> String.valueOf(LEET.getOrDefault(letter.charAt(0), letter.charAt(0))))
                .collect(Collectors.joining());
    }

    /// Each letter's code, by its place in the alphabet from 0.
    private static String each(String text, IntFunction<String> code, String separator) {
        return IntStream.range(0, text.length())
                .mapToObj(i -> code.apply(text.charAt(i) - 'a'))
                .collect(Collectors.joining(separator));
    }

    private static String letter(int place) {
        return Character.toString('a' + place);
    }
}
