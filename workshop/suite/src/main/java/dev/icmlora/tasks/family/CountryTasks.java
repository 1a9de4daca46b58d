package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.stream.Stream;

import com.ibm.icu.util.Currency;
import com.ibm.icu.util.ULocale;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Facts about countries: codes and currencies from CLDR, capitals, continents and peoples from our own table. The
/// domains are as small as the world.
final class CountryTasks {

    private record Country(String code, String capital, String continent, String people) {

        String name() {
            return nameOf(code);
        }

        String code3() {
            return locale().getISO3Country();
        }

        Currency currency() {
            return Currency.getInstance(locale());
        }

        private ULocale locale() {
            return new ULocale("", code);
        }

        @Override
        public String toString() {
            return name();
        }
    }

    private static final Domain<Country> COUNTRIES = Domain.of(Lexicon.table("countries.txt").stream()
            .map(row -> new Country(row.get(0), row.get(1), row.get(2), row.get(3)))
            .toList());
    private static final Domain<Example> CITIES = Domain.of(Lexicon.table("cities.txt").stream()
            .flatMap(row -> Stream.of(row.get(1).split(" ")).map(city -> new Example(city, nameOf(row.get(0)))))
            .toList());

    private CountryTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "countries",
                task("capital", COUNTRIES, Country::capital),
                task("country-of-capital", COUNTRIES, Country::capital, Country::name),
                task("continent", COUNTRIES, Country::continent),
                task("demonym", COUNTRIES, Country::people),
                task("two-letter-code", COUNTRIES, Country::code),
                task("three-letter-code", COUNTRIES, Country::code3),
                task("internet-domain", COUNTRIES, c -> "." + (c.code().equals("GB") ? "uk" : Text.lower(c.code()))),
                task("name-of-code", COUNTRIES, Country::code, Country::name),
                task("currency-code", COUNTRIES, c -> c.currency().getCurrencyCode()),
                task("currency-name", COUNTRIES, c -> c.currency().getName(ULocale.ENGLISH, Currency.LONG_NAME, null)),
                task("country-of-city", CITIES),
                task(
                        "country-of-people",
                        COUNTRIES.filter(c -> !c.people().equals("Dominican")),
                        Country::people,
                        Country::name),
                task(
                        "country-and-currency-code",
                        COUNTRIES,
                        c -> c.code() + "-" + c.currency().getCurrencyCode()),
                task("initial-and-continent", COUNTRIES, c -> c.name().charAt(0) + ", " + c.continent()));
    }

    private static String nameOf(String code) {
        return new ULocale("", code).getDisplayCountry(ULocale.ENGLISH);
    }
}
