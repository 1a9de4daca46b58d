package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Numbers in words of several languages, as ordinals, in Roman numerals and in other bases.
final class NumberWordTasks implements TaskFamily {

    private static final Map<String, String> LANGUAGES = new LinkedHashMap<>();

    static {
        LANGUAGES.put("de", "German");
        LANGUAGES.put("fr", "French");
        LANGUAGES.put("es", "Spanish");
        LANGUAGES.put("it", "Italian");
        LANGUAGES.put("pt", "Portuguese");
        LANGUAGES.put("nl", "Dutch");
        LANGUAGES.put("sv", "Swedish");
    }

    private static final List<String> READ_BACK = List.of("de", "fr", "es");
    private static final RuleBasedNumberFormat ENGLISH = words(ULocale.ENGLISH);
    private static final Domain<Integer> NUMBERS = Domain.range(0, 399);
    private static final Domain<Integer> YEARS = Domain.range(1100, 2099);

    @Override
    public String name() {
        return "number-words";
    }

    @Override
    public List<TaskRecipe> tasks() {
        List<TaskRecipe> tasks = new ArrayList<>();
        LANGUAGES.forEach((code, language) -> {
            RuleBasedNumberFormat words = words(new ULocale(code));
            tasks.add(task("in-" + language.toLowerCase(Locale.ROOT))
                    .describedAs("""
                    Write the number in {} words.
                    number -> {}
                    How do you say this number in {}?
                    Please spell the number out in {}.
                    Count for me in {}: which word is this?
                    Turn the digits into {} words.
                    Say it the way a {} speaker would read it aloud.
                    {} number word, nothing else.
                    """.replace("{}", language))
                    .from(NUMBERS, Object::toString, n -> spelled(words, n)));
        });
        for (String code : READ_BACK) {
            RuleBasedNumberFormat words = words(new ULocale(code));
            tasks.add(task("from-" + LANGUAGES.get(code).toLowerCase(Locale.ROOT))
                    .describedAs("""
                    Which number is this in digits? It is written in {}.
                    {} number words -> digits
                    Convert the {} number word to digits.
                    Please read this {} number and write it with digits.
                    I heard this {} number. How is it written in figures?
                    Understand the {} words and answer with a numeral.
                    Digits for this {} number, nothing else.
                    What number does the {} text name?
                    """.replace("{}", LANGUAGES.get(code)))
                    .from(NUMBERS, n -> spelled(words, n), Object::toString));
        }
        tasks.add(task("in-english")
                .describedAs("""
                Write the number in English words.
                spell it out
                How do you say this number?
                Please write the number in words, as on a cheque.
                Turn the digits into words.
                Number in, words out, with hyphens where English has them.
                Read the number aloud.
                What is this in letters instead of figures?
                """)
                .from(Domain.range(0, 999), Object::toString, n -> spelled(ENGLISH, n)));
        tasks.add(task("from-english")
                .describedAs("""
                Write the number in digits.
                words -> figures
                Which number is spelled out here?
                Please convert the words to a numeral.
                Turn the number words into digits.
                What would a calculator show for this?
                Answer with the number in figures only.
                Parse the English number.
                """)
                .from(Domain.range(0, 999), n -> spelled(ENGLISH, n), Object::toString));
        tasks.add(task("ordinal")
                .describedAs("""
                Write the number as an ordinal with digits, like 3rd.
                1 -> 1st
                Add the right ending: st, nd, rd or th.
                Please turn the number into a place in a race.
                Which ordinal belongs to it, in short form?
                Attach the ordinal suffix.
                Make it an ordinal number, keep the digits.
                How is this number abbreviated as a rank?
                """)
                .from(Domain.range(1, 999), Object::toString, NumberWordTasks::ordinal));
        tasks.add(task("ordinal-words")
                .describedAs("""
                Write the number as an ordinal in words.
                1 -> first
                Spell out the ordinal number.
                Please turn the number into a rank, in letters.
                How do you say the place of the runner with this number, in full?
                Ordinal word for the number.
                Which word says this position?
                Convert to an ordinal, no digits.
                """)
                .from(Domain.range(1, 249), Object::toString, n -> ENGLISH.format(n, "%spellout-ordinal")));
        tasks.add(task("ordinal-from-words")
                .describedAs("""
                Write the ordinal with digits and its ending.
                first -> 1st
                Shorten the ordinal word to figures plus st, nd, rd or th.
                Please abbreviate this rank.
                How is this position written with digits?
                Numeral form of the ordinal word.
                Convert the spelled ordinal to its short form.
                Which short ordinal is meant?
                """)
                .from(Domain.range(1, 249), n -> ENGLISH.format(n, "%spellout-ordinal"), NumberWordTasks::ordinal));
        tasks.add(
                task("to-roman").describedAs("""
                Write the number in Roman numerals.
                to Roman
                How would the Romans have written this number?
                Please convert it to I, V, X, L, C, D, M.
                Arabic digits in, Roman numeral out.
                Which Roman numeral is it?
                Number the chapter the Roman way.
                Use capital Roman letters for the number.
                """).from(Domain.range(1, 399), Object::toString, NumberWordTasks::roman));
        tasks.add(task("from-roman")
                .describedAs("""
                Which number is this Roman numeral?
                Roman -> digits
                Convert the Roman numeral to an ordinary number.
                Please decode the numeral carved on the wall.
                Roman in, Arabic digits out.
                What is the value of these Roman letters?
                Read the chapter number and write it in digits.
                Translate I, V, X, L, C into a decimal number.
                """)
                .from(Domain.range(1, 399), NumberWordTasks::roman, Object::toString));
        tasks.add(task("to-binary")
                .describedAs("""
                Write the number in binary.
                base 2
                Please convert the decimal number to zeros and ones.
                How does a computer store this number in bits?
                Decimal in, binary out.
                Which binary number is equal to it?
                Give the base-two form without leading zeros.
                Express it with powers of two.
                """)
                .from(Domain.range(0, 255), Object::toString, Integer::toBinaryString));
        tasks.add(task("to-hexadecimal")
                .describedAs("""
                Write the number in hexadecimal.
                base 16
                Please convert the decimal number to hex, lower case.
                How would a programmer write this number in hex digits?
                Decimal in, hexadecimal out.
                Which hexadecimal number is equal to it?
                Give the base-sixteen form, no prefix.
                Use the digits 0-9 and a-f.
                """)
                .from(Domain.range(0, 999), Object::toString, Integer::toHexString));
        tasks.add(task("from-binary")
                .describedAs("""
                Which decimal number is this binary number?
                base 2 -> base 10
                Please convert the zeros and ones to a decimal number.
                Binary in, decimal out.
                Add up the powers of two.
                What is the value of these bits?
                Read the bits as an ordinary number.
                Decode from base two.
                """)
                .from(Domain.range(0, 255), Integer::toBinaryString, Object::toString));
        tasks.add(task("year-in-words")
                .describedAs("""
                How is this year read aloud?
                year -> words
                Say the year in two parts, like "nineteen eighty-four".
                Please write out the year as it is spoken.
                Read the year the English way.
                Pronounce this year, in letters.
                Spell the year as a historian would say it.
                Speak the date's year: two number words.
                """)
                .from(
                        YEARS.filter(year -> year % 100 >= 10),
                        Object::toString,
                        year -> spelled(ENGLISH, year / 100) + " " + spelled(ENGLISH, year % 100)));
        tasks.add(task("century")
                .describedAs("""
                In which century is the year? Answer like "19th".
                year -> century
                Name the century of this year as an ordinal.
                Please tell me which century that was.
                To which hundred years does it belong? Short ordinal.
                Century number with its ending.
                1805 belongs to the 19th. And this one?
                Place the year in its century.
                """)
                .from(YEARS.filter(year -> year % 100 != 0), Object::toString, year -> ordinal(year / 100 + 1)));
        tasks.add(task("decade").describedAs("""
                In which decade is the year? Answer like "1980s".
                year -> decade
                Name the decade of this year.
                Please tell me which ten years it belongs to.
                Replace the last digit by a zero and add an s.
                Which decade was that?
                Group the year by decade.
                1984 belongs to the 1980s. And this one?
                """).from(YEARS, Object::toString, year -> year / 10 * 10 + "s"));
        return List.copyOf(tasks);
    }

    private static RuleBasedNumberFormat words(ULocale language) {
        return new RuleBasedNumberFormat(language, RuleBasedNumberFormat.SPELLOUT);
    }

    /// German and Dutch put soft hyphens between the parts of a number; nobody types them.
    private static String spelled(RuleBasedNumberFormat words, int number) {
        return words.format(number).replace("\u00AD", "");
    }

    static String ordinal(int n) {
        boolean teen = n / 10 % 10 == 1;
        return n
                + switch (teen ? 0 : n % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                };
    }

    private static String roman(int number) {
        int[] values = {100, 90, 50, 40, 10, 9, 5, 4, 1};
        String[] letters = {"C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
        StringBuilder roman = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            for (; number >= values[i]; number -= values[i]) {
                roman.append(letters[i]);
            }
        }
        return roman.toString();
    }
}
