package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.stream.Collectors;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Handling the letters of one everyday word. All tasks ask about the same words.
final class LetterTasks implements TaskFamily {

    private static final String VOWELS = "aeiou";
    private static final Domain<String> WORDS =
            Domain.of(Lexicon.words()).filter(word -> word.length() >= 3 && word.length() <= 9);

    @Override
    public String name() {
        return "letters";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                task("upper-case").describedAs("""
                        Write the word in upper case.
                        ALL CAPS
                        Could you please put this word in capital letters?
                        Convert each letter to its uppercase form.
                        How does this look when every letter is a capital?
                        uppercase it, output just the word
                        Shout the word back at me.
                        Make all the letters big.
                        Given a lower-case word, return it with capital letters only.
                        """).from(WORDS, Text::upper),
                task("capitalise").describedAs("""
                        Capitalise the word.
                        Make the first letter a capital and leave the others alone.
                        Please write the word the way it would start a sentence.
                        first letter upper case
                        Title case this.
                        How is this word written at the beginning of a sentence?
                        Only the initial becomes a capital letter. Output the word.
                        Turn it into a proper-name spelling, with one big letter in front.
                        """).from(WORDS, Text::capitalised),
                task("first-letter").describedAs("""
                        What is the first letter of the word?
                        Give the initial letter.
                        first letter only
                        Which letter does this word start with?
                        Please tell me the letter at the front of the word.
                        Return the character at position one.
                        Output one lower-case letter: the one the word begins with.
                        I need the starting letter.
                        """).from(WORDS, word -> word.substring(0, 1)),
                task("last-letter").describedAs("""
                        What is the last letter of the word?
                        final letter
                        Which letter does the word end with?
                        Give me the letter at the very end, please.
                        Return the last character.
                        Say how the word ends: one letter, nothing else.
                        Take the ending letter.
                        Find the letter that closes the word.
                        """).from(WORDS, word -> word.substring(word.length() - 1)),
                task("second-letter").describedAs("""
                        What is the second letter of the word?
                        2nd letter
                        Give the letter that comes right after the first one.
                        Return character number two.
                        Which letter stands in second place?
                        Please answer with the word's second letter only.
                        Skip one letter and tell me the next.
                        letter at index 1 (counting from 0)
                        """).from(WORDS, word -> word.substring(1, 2)),
                task("first-and-last")
                        .describedAs("""
                        Give the first and the last letter of the word, separated by a space.
                        first + last letter
                        Which letters are at the two ends of the word?
                        Please name the letters the word starts and ends with.
                        Answer with two letters: the opening one and the closing one.
                        Both ends of the word, like "c t" for cat.
                        Take the outermost letters.
                        Drop everything in the middle and leave a space there.
                        """)
                        .from(WORDS, word -> word.charAt(0) + " " + word.charAt(word.length() - 1)),
                task("length").describedAs("""
                        How many letters does the word have?
                        Count the letters.
                        word length as a number
                        Please tell me how long this word is, in letters.
                        Return the number of characters.
                        Give its length.
                        Number of letters, digits only.
                        I want to know how many characters are in it.
                        """).from(WORDS, word -> Integer.toString(word.length())),
                task("initial-and-length").describedAs("""
                        Write the first letter followed by the length of the word, like "h5" for house.
                        initial plus letter count
                        Abbreviate the word to its first letter and its number of letters.
                        Please shorten it: starting letter, then how many letters there are.
                        Code for the word: first letter, length. No space.
                        What is the short code made of the initial and the word length?
                        Make a numeronym out of the initial and the number of characters.
                        Return the first character joined with the count of characters.
                        """).from(WORDS, word -> word.charAt(0) + "" + word.length()),
                task("first-three")
                        .describedAs("""
                        Give the first three letters of the word.
                        first 3 letters
                        Cut the word off after its third letter.
                        What are the three letters at the start?
                        Please abbreviate the word to three letters.
                        Return the prefix of length 3.
                        Keep only the opening three characters.
                        Shorten it like a month name in a calendar: three letters.
                        """)
                        .from(WORDS.filter(word -> word.length() > 3), word -> word.substring(0, 3)),
                task("last-three")
                        .describedAs("""
                        Give the last three letters of the word.
                        final 3 letters
                        What are the three letters at the end?
                        Return the suffix of length 3.
                        Please keep only the closing three characters.
                        Show me just how the word ends, three letters.
                        Drop everything but the last three letters.
                        three-letter ending
                        """)
                        .from(WORDS.filter(word -> word.length() > 3), word -> word.substring(word.length() - 3)),
                task("drop-first").describedAs("""
                        Remove the first letter of the word.
                        drop the initial
                        Write the word without its first letter.
                        What is left when the first letter is taken away?
                        Please delete the opening character.
                        Return everything from the second letter on.
                        Chop off the front letter.
                        behead the word
                        """).from(WORDS, word -> word.substring(1)),
                task("drop-last").describedAs("""
                        Remove the last letter of the word.
                        drop the final letter
                        Write the word without its last letter.
                        What is left when the last letter is taken away?
                        Please delete the closing character.
                        Return everything but the last letter.
                        Chop off the end by one letter.
                        curtail the word by one character
                        """).from(WORDS, word -> word.substring(0, word.length() - 1)),
                task("remove-vowels")
                        .describedAs("""
                        Remove all vowels from the word.
                        consonants only
                        Delete every a, e, i, o and u.
                        Please write the word without its vowels.
                        What remains when you take the vowels out?
                        Disemvowel it.
                        Keep just the consonants, in order.
                        Strip the vowels, like in a licence plate.
                        """)
                        .from(WORDS.filter(word -> !keep(word, false).isEmpty()), word -> keep(word, false)),
                task("only-vowels")
                        .describedAs("""
                        List the vowels of the word in order, without spaces.
                        vowels only
                        Keep only a, e, i, o and u.
                        Please pick the vowels out of the word.
                        Which vowels occur, in order of appearance?
                        Remove all the consonants.
                        Extract the vowel letters and join them.
                        What is left after deleting the consonants?
                        """)
                        .from(WORDS.filter(word -> !keep(word, true).isEmpty()), word -> keep(word, true)),
                task("mask-vowels")
                        .describedAs("""
                        Replace every vowel with an asterisk.
                        a e i o u -> *
                        Please hide the vowels behind stars.
                        Mask the vowels of the word.
                        Write the word with * in place of each vowel.
                        How does the word look with its vowels starred out?
                        Censor the vowels.
                        Substitute * for any of a, e, i, o, u.
                        """)
                        .from(
                                WORDS.filter(word -> !keep(word, true).isEmpty()),
                                word -> word.replaceAll("[aeiou]", "*")),
                task("spell-with-hyphens")
                        .describedAs("""
                        Spell the word with hyphens between the letters.
                        spell it out, letter-by-letter, with dashes
                        Put a - between every two letters.
                        How do you spell this? Separate the letters with hyphens.
                        Please write the letters one at a time, joined by hyphens.
                        d-o-g style spelling
                        Break the word into letters and join them with "-".
                        Insert dashes between the characters.
                        """)
                        .from(WORDS.filter(word -> word.length() <= 6), word -> String.join("-", word.split(""))),
                task("spell-with-spaces")
                        .describedAs("""
                        Spell the word with a space between the letters.
                        Letters separated by spaces.
                        Please space the word out.
                        Write one letter, then a space, then the next letter.
                        How is it spelled, letter after letter?
                        s p r e a d it
                        Insert a blank between every two characters.
                        Return the characters of the word joined by single spaces.
                        """)
                        .from(WORDS.filter(word -> word.length() <= 6), word -> String.join(" ", word.split(""))),
                task("repeat-word").describedAs("""
                        Write the word twice with a space between.
                        Repeat the word.
                        say it two times
                        Please give me the word and then the same word again.
                        Output the input, then the input once more.
                        Double the word: "go" becomes "go go".
                        Two copies of the word, on one line.
                        What do you get when you say this word twice?
                        """).from(WORDS, word -> word + " " + word),
                task("swap-ends")
                        .describedAs("""
                        Swap the first and the last letter of the word.
                        exchange the two end letters
                        Put the last letter first and the first letter last; the middle stays.
                        Please switch the outer letters.
                        What does the word become when its first and last letters trade places?
                        Interchange the initial and the final character.
                        Swap the ends of the word.
                        Return the word with both end letters exchanged.
                        """)
                        .from(
                                WORDS.filter(
                                        word -> word.length() <= 6 && word.charAt(0) != word.charAt(word.length() - 1)),
                                word -> word.charAt(word.length() - 1)
                                        + word.substring(1, word.length() - 1)
                                        + word.charAt(0)),
                task("reverse-short")
                        .describedAs("""
                        Write the word backwards.
                        reverse
                        Please spell the word from its last letter to its first.
                        What does this read like from right to left?
                        Flip the order of the letters.
                        Mirror the word.
                        Return the reversed string.
                        Turn the word around, letter by letter.
                        """)
                        .from(
                                WORDS.filter(word -> word.length() <= 5),
                                word -> new StringBuilder(word).reverse().toString()),
                task("starts-with-vowel")
                        .describedAs("""
                        Does the word start with a vowel? Answer yes or no.
                        initial vowel? yes/no
                        Say yes if the first letter is a, e, i, o or u, otherwise no.
                        Please check whether the word begins with a vowel.
                        Is the opening letter a vowel?
                        Vowel at the front: yes or no.
                        Tell me if the word's first letter is a vowel.
                        Test the first letter: yes for a vowel, no for a consonant.
                        """)
                        .from(Domain.of(Lexicon.words()), word -> Text.startsWithVowel(word) ? "yes" : "no")
                        .evenly(),
                task("a-or-an").describedAs("""
                        Put "a" or "an" in front of the word.
                        indefinite article + noun
                        Add the right article: a or an.
                        Which article fits? Write it with the word.
                        Please complete the phrase with a or an.
                        One of these is called ...?
                        Write the noun with its indefinite article.
                        How do you say "one" of this in English, with a/an?
                        """).from(Domain.of(Text.COUNTABLE), Text::withArticle),
                task("letters-sorted")
                        .describedAs("""
                        Sort the letters of the word alphabetically.
                        alphabetical order of the letters
                        Please arrange the word's letters from a to z.
                        What do you get when the letters are put in ABC order?
                        Order the characters.
                        Return the letters sorted, without spaces.
                        Alphabetise the letters inside the word.
                        Rearrange the letters so that they ascend.
                        """)
                        .from(
                                WORDS.filter(word -> word.length() <= 5),
                                word -> word.chars()
                                        .sorted()
                                        .mapToObj(c -> String.valueOf((char) c))
                                        .collect(Collectors.joining())),
                task("alternate-caps")
                        .describedAs("""
                        Write the word with capitals and small letters in turn, starting with a capital.
                        AlTeRnAtInG caps
                        Make every other letter upper case, beginning with the first.
                        Please write it in mocking style: big, small, big, small.
                        Upper-case the letters in odd positions.
                        How does the word look in zigzag capitals?
                        Capitalise the 1st, 3rd, 5th ... letter.
                        Alternate the case of the letters.
                        """)
                        .from(WORDS.filter(word -> word.length() <= 6), LetterTasks::alternating),
                task("in-quotes").describedAs("""
                        Put the word in double quotes.
                        quote it
                        Please surround the word with quotation marks.
                        Add " before and after.
                        Write it as a string literal.
                        How is this word quoted?
                        Enclose the word in "...".
                        Wrap it in quotation marks, nothing else.
                        """).from(WORDS, word -> '"' + word + '"'),
                task("in-brackets").describedAs("""
                        Put the word in square brackets.
                        [ ] around it
                        Please surround the word with square brackets.
                        Add [ before and ] after.
                        Write it as a one-element list.
                        How does the word look inside square brackets?
                        Bracket the word.
                        Enclose it between [ and ].
                        """).from(WORDS, word -> "[" + word + "]"));
    }

    private static String keep(String word, boolean vowels) {
        return word.chars()
                .filter(c -> VOWELS.indexOf(c) >= 0 == vowels)
                .mapToObj(c -> String.valueOf((char) c))
                .collect(Collectors.joining());
    }

    private static String alternating(String word) {
        StringBuilder result = new StringBuilder(Text.upper(word));
        for (int i = 1; i < word.length(); i += 2) {
            result.setCharAt(i, word.charAt(i));
        }
        return result.toString();
    }
}
