package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.family.Slots.filled;
import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Finding one thing in a sentence. Sibling tasks read the same sentences and look for different things.
final class ExtractionTasks {

    private static final Map<String, List<String>> SENTENCES = Lexicon.lists("extraction.txt");
    private static final Map<String, List<String>> WORDS = Lexicon.words("extraction-words.txt");
    private static final List<String> PEOPLE = Lexicon.names("female", "male");
    private static final List<String> SURNAMES = Lexicon.names("surname");
    private static final List<String> JOBS = Lexicon.nouns("job");
    private static final List<String> PRODUCTS = Lexicon.nouns("kitchenware", "furniture", "tool");

    private static final Domain<Slots> PURCHASES = Domain.drawn(ExtractionTasks::purchase);
    private static final Domain<Slots> MEETINGS = Domain.drawn(ExtractionTasks::meeting);
    private static final Domain<Slots> CONTACTS = Domain.drawn(ExtractionTasks::contact);
    private static final Domain<Slots> FLIGHTS = Domain.drawn(ExtractionTasks::flight);
    private static final Domain<Slots> REVIEWS = Domain.drawn(ExtractionTasks::review);

    private ExtractionTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "extraction",
                task("buyer", PURCHASES, filled("{who}")),
                task("purchase-day", PURCHASES, filled("{day}")),
                task("how-many", PURCHASES, filled("{count}")),
                task("item", PURCHASES, filled("{item}")),
                task("colour", PURCHASES, filled("{colour}")),
                task("city", PURCHASES, filled("{city}")),
                task("price", PURCHASES, filled("{price} euros")),
                task("goods", PURCHASES, filled("{count} {colour} {item}")),
                task("who-where", PURCHASES, filled("{who}, {city}")),
                task("purchase-record", PURCHASES, filled("{item};{count};{price}")),
                task("meeting-topic", MEETINGS, filled("{topic}")),
                task("meeting-with", MEETINGS, filled("{person}")),
                task("new-day", MEETINGS, filled("{to}")),
                task("old-day", MEETINGS, filled("{from}")),
                task("meeting-time", MEETINGS, filled("{time}")),
                task("meeting-room", MEETINGS, filled("{room}")),
                task("calendar-entry", MEETINGS, filled("{to} {time}: {topic}")),
                task("contact-name", CONTACTS, filled("{name}")),
                task("contact-phone", CONTACTS, filled("{phone}")),
                task("contact-mail", CONTACTS, filled("{mail}")),
                task("contact-job", CONTACTS, filled("{job}")),
                task("flight-number", FLIGHTS, filled("{number}")),
                task("flight-destination", FLIGHTS, filled("{to}")),
                task("flight-origin", FLIGHTS, filled("{from}")),
                task("flight-gate", FLIGHTS, filled("{gate}")),
                task("flight-route", FLIGHTS, filled("{from}-{to}")),
                task("flight-delay", FLIGHTS, filled("{delay} minutes")),
                task("review-product", REVIEWS, filled("{product}")),
                task("review-stars", REVIEWS, filled("{stars}")),
                task("review-praise", REVIEWS, filled("{good}")),
                task("review-complaint", REVIEWS, filled("{bad}")));
    }

    private static Slots purchase(RandomGenerator random) {
        return sentence(
                "purchase",
                random,
                Map.of(
                        "who", pick(random, PEOPLE),
                        "day", word("day", random),
                        "count", random.nextInt(2, 13),
                        "colour", word("colour", random),
                        "item", word("item", random),
                        "city", word("city", random),
                        "price", random.nextInt(13, 200)));
    }

    private static Slots meeting(RandomGenerator random) {
        String topic = word("topic", random);
        String person = (random.nextBoolean() ? "Dr " : "Ms ") + pick(random, SURNAMES);
        List<String> days = pick(random, WORDS.get("day"), 2);
        return sentence(
                "meeting",
                random,
                Map.of(
                        "topic",
                        topic,
                        "person",
                        person,
                        "from",
                        days.getFirst(),
                        "to",
                        days.getLast(),
                        "time",
                        random.nextBoolean() ? random.nextInt(8, 12) + " am" : random.nextInt(1, 7) + " pm",
                        "room",
                        random.nextInt(13, 400)));
    }

    private static Slots contact(RandomGenerator random) {
        String first = pick(random, PEOPLE);
        return sentence(
                "contact",
                random,
                Map.of(
                        "name",
                        first + " " + pick(random, SURNAMES),
                        "phone",
                        String.format(Locale.ROOT, "555-%04d", random.nextInt(10_000)),
                        "mail",
                        Text.lower(first) + random.nextInt(10, 100) + "@mail.example",
                        "job",
                        pick(random, JOBS)));
    }

    private static Slots flight(RandomGenerator random) {
        String number = letter(random, 26) + letter(random, 26) + random.nextInt(100, 1000);
        List<String> cities = pick(random, WORDS.get("city"), 2);
        return sentence(
                "flight",
                random,
                Map.of(
                        "number",
                        number,
                        "from",
                        cities.getFirst(),
                        "to",
                        cities.getLast(),
                        "gate",
                        letter(random, 6) + random.nextInt(1, 40),
                        "delay",
                        random.nextInt(2, 19) * 5));
    }

    private static Slots review(RandomGenerator random) {
        String product = pick(random, PRODUCTS);
        int stars = random.nextInt(2, 6);
        List<String> qualities = pick(random, WORDS.get("quality"), 2);
        return sentence(
                "review",
                random,
                Map.of("product", product, "stars", stars, "good", qualities.getFirst(), "bad", qualities.getLast()));
    }

    private static Slots sentence(String kind, RandomGenerator random, Map<String, ?> values) {
        return Slots.of(pick(random, SENTENCES.get(kind)), values);
    }

    private static String word(String kind, RandomGenerator random) {
        return pick(random, WORDS.get(kind));
    }

    /// One of the first `count` capital letters.
    private static String letter(RandomGenerator random, int count) {
        return Character.toString('A' + random.nextInt(count));
    }
}
