package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import com.ibm.icu.util.Currency;
import com.ibm.icu.util.ULocale;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Facts about countries: codes and currencies from CLDR, capitals, continents and peoples from our own table. The
/// domains are as small as the world.
final class CountryTasks implements TaskFamily {

    private record Country(String code, String capital, String continent, String people) {

        String name() {
            return nameIn(ULocale.ENGLISH);
        }

        String nameIn(ULocale language) {
            return locale().getDisplayCountry(language);
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
    }

    private record City(String name, String country) {}

    private static final List<Country> ALL = Lexicon.table("countries.txt").stream()
            .map(row -> new Country(row.get(0), row.get(1), row.get(2), row.get(3)))
            .toList();
    private static final Domain<Country> COUNTRIES = Domain.of(ALL);
    private static final Domain<City> CITIES = Domain.of(Lexicon.table("cities.txt").stream()
            .flatMap(row -> List.of(row.get(1).split(" ")).stream()
                    .map(city -> new City(city, new ULocale("", row.get(0)).getDisplayCountry(ULocale.ENGLISH))))
            .toList());

    @Override
    public String name() {
        return "countries";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                ofCountry("capital", Country::capital, """
                        What is the capital of this country?
                        capital city
                        Name the seat of government that is the country's capital.
                        Please tell me the capital.
                        Country in, capital out.
                        Which city is the capital there?
                        Give the capital, just its name.
                        Where do the ambassadors to this country usually live? Name the capital city.
                        """),
                task("country-of-capital").describedAs("""
                        Which country is this the capital of?
                        capital -> country
                        Name the country that has this capital.
                        Please tell me to which country this capital belongs.
                        Capital in, country out.
                        This city governs which country?
                        Give the country, just its name.
                        Of which state is it the capital city?
                        """).from(COUNTRIES, Country::capital, Country::name),
                ofCountry("continent", Country::continent, """
                        On which continent is the country?
                        continent
                        Name the part of the world that this country lies in.
                        Please tell me the continent, for instance Africa or South America.
                        Country in, continent out.
                        Africa, Asia, Europe, North America, South America or Oceania?
                        Sort the country by continent.
                        Where on the globe is it? Answer with the continent.
                        """),
                ofCountry("demonym", Country::people, """
                        What are people from this country called?
                        demonym
                        Give the adjective for a person from there.
                        Please name the nationality.
                        Country in, nationality out.
                        Someone born there is ...
                        Which nationality does a passport of this country show?
                        Turn the country into the word for its people, singular.
                        """),
                ofCountry("two-letter-code", Country::code, """
                        What is the two-letter code of the country?
                        ISO 3166 alpha-2
                        Give the ISO country code in two capitals.
                        Please abbreviate the country to its two-letter code.
                        Country in, code out (2 letters).
                        Which two letters stand for this country?
                        Country code, upper case, two characters.
                        How is the country abbreviated in ISO alpha-2?
                        """),
                ofCountry("three-letter-code", Country::code3, """
                        What is the three-letter code of the country?
                        ISO 3166 alpha-3
                        Give the ISO country code in three capitals.
                        Please abbreviate the country to its three-letter code.
                        Country in, code out (3 letters).
                        Which three letters stand for this country?
                        Country code, upper case, three characters.
                        How is the country abbreviated on a scoreboard, after ISO alpha-3?
                        """),
                ofCountry(
                        "internet-domain",
                        c -> "." + (c.code().equals("GB") ? "uk" : c.code().toLowerCase(Locale.ROOT)),
                        """
                        What is the internet domain of the country?
                        ccTLD
                        Give the top-level domain, with the dot.
                        Please tell me how web addresses from this country end.
                        Country in, domain ending out.
                        Which dot-something do sites from there use?
                        Domain suffix in lower case, starting with a dot.
                        Web address ending for this country?
                        """),
                task("name-of-code").describedAs("""
                        Which country does the code stand for?
                        ISO code -> country name
                        Expand the two-letter country code.
                        Please tell me the country behind these two letters.
                        Code in, country out.
                        What country is abbreviated like this?
                        Decode the country code.
                        Give the English name of the country with this code.
                        """).from(COUNTRIES, Country::code, Country::name),
                ofCountry("currency-code", c -> c.currency().getCurrencyCode(), """
                        What is the currency code of the country?
                        ISO 4217
                        Give the three-letter code of the money used there.
                        Please tell me the currency of this country as a code.
                        Country in, currency code out.
                        Which code would a bank use for money from there?
                        Currency, three capital letters.
                        How is the local currency abbreviated?
                        """),
                ofCountry("currency-name", c -> c.currency().getName(ULocale.ENGLISH, Currency.LONG_NAME, null), """
                        Which currency is used in this country?
                        currency, full name
                        Name the money that people pay with there.
                        Please tell me the full name of the currency.
                        Country in, name of the currency out.
                        What would I have to exchange my money into for a trip there?
                        Write out the currency, not the code.
                        What do you pay with in this country?
                        """),
                task("country-of-city").describedAs("""
                        In which country is this city?
                        city -> country
                        Name the country that the city lies in.
                        Please tell me the country of this city.
                        City in, country out.
                        Where is this place? Answer with a country.
                        To which state does the town belong?
                        A letter to this city goes to which country?
                        """).from(CITIES, City::name, City::country),
                task("country-of-people")
                        .describedAs("""
                        Which country does a person of this nationality come from?
                        nationality -> country
                        Name the country for this adjective.
                        Please tell me the home country of these people.
                        Adjective in, country out.
                        Where is someone like that from?
                        Turn the nationality into the name of the country.
                        Which state issued a passport with this nationality?
                        """)
                        .from(COUNTRIES.filter(c -> !c.people().equals("Dominican")), Country::people, Country::name),
                ofCountry(
                        "country-and-currency-code",
                        c -> c.code() + "-" + c.currency().getCurrencyCode(),
                        """
                        Give the country code and the currency code, joined by a hyphen.
                        country-currency, e.g. JP-JPY
                        Please write the two-letter country code, a dash and the currency code.
                        Make a market key: country code, hyphen, currency.
                        Both codes of the country: who and what money.
                        Which key of the form XX-YYY belongs to this country?
                        ISO 3166 alpha-2 plus ISO 4217, hyphenated.
                        Codes for place and money, one string.
                        """),
                ofCountry("initial-and-continent", c -> c.name().charAt(0) + ", " + c.continent(), """
                        Give the first letter of the country and its continent.
                        initial, continent
                        Please write the country's initial, a comma and the continent.
                        Index card: first letter and part of the world.
                        Under which letter and which continent is the country filed?
                        Letter and continent, like "F, Europe".
                        First character of the name, then where the country lies.
                        Make a quiz hint from the initial and the continent.
                        """));
    }

    private static TaskRecipe ofCountry(String name, Function<Country, String> fact, String descriptions) {
        return task(name).describedAs(descriptions).from(COUNTRIES, Country::name, fact);
    }
}
