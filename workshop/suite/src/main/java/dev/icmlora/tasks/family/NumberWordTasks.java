package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.function.Function;
import java.util.stream.Stream;

import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Numbers in words of several languages, as ordinals, in Roman numerals and in other bases.
final class NumberWordTasks {

    private static final Domain<Integer> TO_255 = Domain.range(0, 255);
    private static final Domain<Integer> TO_399 = Domain.range(0, 399);
    private static final Domain<Integer> TO_999 = Domain.range(0, 999);
    private static final Domain<Integer> ORDINALS = Domain.range(1, 249);
    private static final Domain<Integer> ROMANS = Domain.range(1, 399);
    private static final Domain<Integer> YEARS = Domain.range(1100, 2099);

    private static final Function<Integer, String> ENGLISH = words("en");
    private static final Function<Integer, String> ORDINAL =
            new RuleBasedNumberFormat(ULocale.ENGLISH, RuleBasedNumberFormat.ORDINAL)::format;
    private static final Function<Integer, String> ORDINAL_WORDS =
            rules(ULocale.ENGLISH, RuleBasedNumberFormat.SPELLOUT, "%spellout-ordinal");
    private static final Function<Integer, String> ROMAN =
            rules(ULocale.ENGLISH, RuleBasedNumberFormat.NUMBERING_SYSTEM, "%roman-upper");

    private NumberWordTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "number-words",
                Stream.of(
                                Stream.of("de", "fr", "es", "it", "pt", "nl", "sv")
                                        .map(code -> task("in-" + Text.language(code), TO_399, words(code))),
                                Stream.of("de", "fr", "es")
                                        .map(code -> task("from-" + Text.language(code), TO_399, words(code), n -> n)),
                                english())
                        .flatMap(tasks -> tasks)
                        .toArray(TaskRecipe[]::new));
    }

    private static Stream<TaskRecipe> english() {
        return Stream.of(
                task("in-english", TO_999, ENGLISH),
                task("from-english", TO_999, ENGLISH, n -> n),
                task("ordinal", Domain.range(1, 999), ORDINAL),
                task("ordinal-words", ORDINALS, ORDINAL_WORDS),
                task("ordinal-from-words", ORDINALS, ORDINAL_WORDS, ORDINAL),
                task("to-roman", ROMANS, ROMAN),
                task("from-roman", ROMANS, ROMAN, n -> n),
                task("to-binary", TO_255, Integer::toBinaryString),
                task("to-hexadecimal", TO_999, Integer::toHexString),
                task("from-binary", TO_255, Integer::toBinaryString, n -> n),
                task(
                        "year-in-words",
                        YEARS.filter(year -> year % 100 >= 10),
                        year -> ENGLISH.apply(year / 100) + " " + ENGLISH.apply(year % 100)),
                task("century", YEARS.filter(year -> year % 100 != 0), year -> ORDINAL.apply(year / 100 + 1)),
                task("decade", YEARS, year -> year / 10 * 10 + "s"));
    }

    /// Numbers in the words of a language, without the soft hyphens between the parts of German and Dutch ones.
    private static Function<Integer, String> words(String language) {
        RuleBasedNumberFormat words = new RuleBasedNumberFormat(new ULocale(language), RuleBasedNumberFormat.SPELLOUT);
        return n -> words.format(n).replace("\u00AD", "");
    }

    private static Function<Integer, String> rules(ULocale language, int format, String ruleSet) {
        RuleBasedNumberFormat rules = new RuleBasedNumberFormat(language, format);
        return n -> rules.format(n, ruleSet);
    }
}
