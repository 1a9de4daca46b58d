package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.family.Slots.filled;
import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Forms of people's names, as on letters, lists and log-ins.
final class PeopleTasks {

    private static final List<String> WOMEN = Lexicon.names("female");
    private static final List<String> MEN = Lexicon.names("male");
    private static final List<String> SURNAMES = Lexicon.names("surname");
    private static final Domain<Slots> PEOPLE = Domain.drawn(PeopleTasks::person);

    private PeopleTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "people",
                task("first-name", PEOPLE, filled("{first}")),
                task("surname", PEOPLE, filled("{last}")),
                task("initials", PEOPLE, filled("{f}{l}")),
                task("dotted-initials", PEOPLE, filled("{f}.{l}.")),
                task("last-first", PEOPLE, filled("{last}, {first}")),
                task("short-first", PEOPLE, filled("{f}. {last}")),
                task("last-initial", PEOPLE, filled("{last} {f}")),
                task("short-last", PEOPLE, filled("{first} {l}.")),
                task("surname-capitals", PEOPLE, p -> p.get("first") + " " + Text.upper(p.get("last"))),
                task("honorific", PEOPLE, filled("{title} {last}")),
                task("salutation", PEOPLE, filled("Dear {title} {last},")),
                task("informal-greeting", PEOPLE, filled("Hello {first}!")),
                task("user-name", PEOPLE, filled("{f}{last}").andThen(Text::lower)),
                task("mail-address", PEOPLE, filled("{mail}")),
                task("possessive", PEOPLE, filled("{first}'s")),
                task("pronoun", PEOPLE, filled("{pronoun}")).evenly(),
                task("from-last-first", PEOPLE, filled("{last}, {first}"), Slots::text),
                task("from-mail", PEOPLE, filled("{mail}"), Slots::text));
    }

    private static Slots person(RandomGenerator random) {
        boolean female = random.nextBoolean();
        String first = pick(random, female ? WOMEN : MEN);
        String last = pick(random, SURNAMES);
        return Slots.of(
                "{first} {last}",
                Map.of(
                        "first",
                        first,
                        "last",
                        last,
                        "f",
                        first.charAt(0),
                        "l",
                        last.charAt(0),
                        "mail",
                        Text.lower(first + "." + last) + "@work.example",
                        "title",
                        female ? "Ms" : "Mr",
                        "pronoun",
                        female ? "she" : "he"));
    }
}
