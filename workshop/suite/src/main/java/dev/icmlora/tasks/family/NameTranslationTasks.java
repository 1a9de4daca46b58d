package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.function.Function;
import java.util.stream.Stream;

import com.ibm.icu.text.LocaleDisplayNames;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Names of countries and languages in other languages, after CLDR.
final class NameTranslationTasks {

    /// Longer names take more than a handful of tokens.
    private static final int LONGEST_NAME = 22;

    private static final Function<String, String> COUNTRY = country("en");
    private static final Function<String, String> LANGUAGE = language("en");
    /// ISO codes of the countries.
    private static final Domain<String> COUNTRIES = Domain.of(
                    Stream.of(ULocale.getISOCountries()).sorted().toList())
            .filter(code -> COUNTRY.apply(code).length() <= LONGEST_NAME);
    /// Two-letter codes of the languages that have an English name.
    private static final Domain<String> LANGUAGES = Domain.of(
                    Stream.of(ULocale.getISOLanguages()).sorted().toList())
            .filter(code -> code.length() == 2 && !LANGUAGE.apply(code).equals(code))
            .filter(code -> LANGUAGE.apply(code).length() <= LONGEST_NAME);

    private NameTranslationTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "translated-names",
                Stream.of(
                                Stream.of("de", "fr", "es", "it", "pt", "nl", "sv", "pl")
                                        .map(code -> task(
                                                "country-in-" + Text.language(code),
                                                COUNTRIES,
                                                COUNTRY,
                                                country(code))),
                                Stream.of("de", "fr", "es", "it", "nl", "fi")
                                        .map(code -> task(
                                                "language-in-" + Text.language(code),
                                                LANGUAGES,
                                                LANGUAGE,
                                                language(code))),
                                Stream.of(
                                        task("language-code", LANGUAGES, LANGUAGE, code -> code),
                                        task("language-of-code", LANGUAGES, LANGUAGE)),
                                Stream.of("de", "es").map(NameTranslationTasks::englishOf))
                        .flatMap(tasks -> tasks)
                        .toArray(TaskRecipe[]::new));
    }

    private static TaskRecipe englishOf(String language) {
        Function<String, String> foreign = country(language);
        return task(
                "english-of-" + Text.language(language) + "-country",
                COUNTRIES.filter(code -> !foreign.apply(code).equals(COUNTRY.apply(code))),
                foreign,
                COUNTRY);
    }

    /// The names of countries in a language.
    private static Function<String, String> country(String language) {
        return LocaleDisplayNames.getInstance(new ULocale(language))::regionDisplayName;
    }

    /// The names of languages in a language.
    private static Function<String, String> language(String language) {
        return LocaleDisplayNames.getInstance(new ULocale(language))::languageDisplayName;
    }
}
