package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import com.ibm.icu.text.LocaleDisplayNames;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Names of countries and languages in other languages, after CLDR.
final class NameTranslationTasks implements TaskFamily {

    private static final Map<String, String> LANGUAGES = Map.of(
            "de",
            "German",
            "fr",
            "French",
            "es",
            "Spanish",
            "it",
            "Italian",
            "pt",
            "Portuguese",
            "nl",
            "Dutch",
            "sv",
            "Swedish",
            "pl",
            "Polish",
            "fi",
            "Finnish");
    private static final List<String> FOR_COUNTRIES = List.of("de", "fr", "es", "it", "pt", "nl", "sv", "pl");
    private static final List<String> FOR_LANGUAGES = List.of("de", "fr", "es", "it", "nl", "fi");
    private static final LocaleDisplayNames ENGLISH = LocaleDisplayNames.getInstance(ULocale.ENGLISH);
    private static final LocaleDisplayNames GERMAN = LocaleDisplayNames.getInstance(ULocale.GERMAN);
    private static final LocaleDisplayNames SPANISH = LocaleDisplayNames.getInstance(new ULocale("es"));
    /// No name in these is longer than a handful of tokens.
    private static final int LONGEST_NAME = 22;

    private static final Domain<String> REGIONS = Domain.of(
                    Stream.of(ULocale.getISOCountries()).sorted().toList())
            .filter(code -> region(code, ENGLISH).length() <= LONGEST_NAME);
    private static final Domain<String> TONGUES = Domain.of(
                    Stream.of(ULocale.getISOLanguages()).sorted().toList())
            .filter(code -> code.length() == 2 && !tongue(code, ENGLISH).equals(code))
            .filter(code -> tongue(code, ENGLISH).length() <= LONGEST_NAME);

    @Override
    public String name() {
        return "translated-names";
    }

    @Override
    public List<TaskRecipe> tasks() {
        List<TaskRecipe> tasks = new ArrayList<>();
        for (String code : FOR_COUNTRIES) {
            LocaleDisplayNames language = LocaleDisplayNames.getInstance(new ULocale(code));
            tasks.add(task("country-in-" + slug(code))
                    .describedAs("""
                    What is this country called in {}?
                    country name -> {}
                    Translate the name of the country into {}.
                    Please give me the {} name of this country.
                    How does an atlas in {} spell it?
                    {} name of the country, please, nothing else.
                    I speak only {}. Which country is meant?
                    Write the country the {} way.
                    """.replace("{}", LANGUAGES.get(code)))
                    .from(REGIONS, region -> region(region, ENGLISH), region -> region(region, language)));
        }
        for (String code : FOR_LANGUAGES) {
            LocaleDisplayNames language = LocaleDisplayNames.getInstance(new ULocale(code));
            tasks.add(task("language-in-" + slug(code))
                    .describedAs("""
                    What is this language called in {}?
                    language name -> {}
                    Translate the name of the language into {}.
                    Please give me the {} word for this language.
                    How would a {} dictionary name the language?
                    {} name of the language, nothing else.
                    Label the language for readers of {}.
                    Write the language's name the {} way.
                    """.replace("{}", LANGUAGES.get(code)))
                    .from(TONGUES, tongue -> tongue(tongue, ENGLISH), tongue -> tongue(tongue, language)));
        }
        tasks.add(task("language-code")
                .describedAs("""
                What is the two-letter code of the language?
                ISO 639-1
                Give the language tag.
                Please abbreviate the language to its two-letter code.
                Language in, code out.
                Which lang attribute would a web page in this language have?
                Two lower-case letters for the language.
                How is this language abbreviated in ISO 639?
                """)
                .from(TONGUES, tongue -> tongue(tongue, ENGLISH), tongue -> tongue));
        tasks.add(task("language-of-code")
                .describedAs("""
                Which language does the code stand for?
                ISO 639 code -> English name
                Expand the two-letter language code.
                Please tell me the language behind these two letters.
                Code in, language out.
                A page is tagged like this. What language is it in?
                Decode the language tag.
                Give the English name of the language with this code.
                """)
                .from(TONGUES, tongue -> tongue, tongue -> tongue(tongue, ENGLISH)));
        tasks.add(task("english-of-german-country")
                .describedAs("""
                The country is named in German. What is it in English?
                German country name -> English
                Translate this German name of a country into English.
                Please give the English name of the country.
                Which country do Germans mean by this?
                English for this German place name?
                Read the German atlas for me: which country is that in English?
                Write the country the English way.
                """)
                .from(
                        REGIONS.filter(r -> !region(r, GERMAN).equals(region(r, ENGLISH))),
                        region -> region(region, GERMAN),
                        region -> region(region, ENGLISH)));
        tasks.add(task("english-of-spanish-country")
                .describedAs("""
                The country is named in Spanish. What is it in English?
                Spanish country name -> English
                Translate this Spanish name of a country into English.
                Please read the Spanish and say which country it is, in English.
                Which country do Spaniards mean by this?
                English for this Spanish place name?
                My ticket is in Spanish: which country is that in English?
                From Spanish to English: name the country.
                """)
                .from(
                        REGIONS.filter(r -> !region(r, SPANISH).equals(region(r, ENGLISH))),
                        region -> region(region, SPANISH),
                        region -> region(region, ENGLISH)));
        return List.copyOf(tasks);
    }

    private static String slug(String code) {
        return LANGUAGES.get(code).toLowerCase(Locale.ROOT);
    }

    private static String region(String code, LocaleDisplayNames language) {
        return language.regionDisplayName(code);
    }

    private static String tongue(String code, LocaleDisplayNames language) {
        return language.languageDisplayName(code);
    }
}
