package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Forms of English nouns, verbs and adjectives.
final class InflectionTasks {

    private record Verb(String base, String past, String participle) {

        String ing() {
            return English.presentParticiple(base);
        }
    }

    private record Adjective(String base, String comparative) {

        String superlative() {
            return comparative.substring(0, comparative.length() - 1) + "st";
        }
    }

    private record Count(int number, String noun) {}

    private static final List<String> NOUN_LIST = Stream.concat(
                    Text.COUNTABLE.stream(), Stream.of("tooth", "foot", "leaf"))
            .filter(noun -> !List.of("fish", "deer").contains(noun))
            .toList();
    private static final Domain<String> NOUNS = Domain.of(NOUN_LIST);
    private static final Domain<Count> COUNTS =
            Domain.drawn(random -> new Count(random.nextInt(2, 20), Domain.pick(random, NOUN_LIST)));
    private static final Domain<Verb> VERBS = Domain.of(Stream.of("verbs.txt", "verb-forms.txt")
            .flatMap(file -> Lexicon.table(file).stream())
            .map(row -> new Verb(row.get(0), row.get(1), row.get(2)))
            .toList());
    private static final Domain<Adjective> ADJECTIVES = Domain.of(Lexicon.adjectiveRows().stream()
            .map(row -> new Adjective(row.get(0), row.get(1)))
            .toList());

    /// Past forms that are base forms of other verbs.
    private static final List<String> AMBIGUOUS = List.of("wound", "ground", "lay", "fell", "found");

    private InflectionTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "inflection",
                task("plural", NOUNS, English::plural),
                task("singular", NOUNS, English::plural, noun -> noun),
                task(
                        "number-and-plural",
                        COUNTS,
                        count -> count.number() + ", " + count.noun(),
                        count -> count.number() + " " + English.plural(count.noun())),
                task("possessive", NOUNS.filter(noun -> !noun.endsWith("s")), noun -> "the " + noun + "'s"),
                task("past", VERBS, Verb::base, Verb::past),
                task("participle", VERBS, Verb::base, Verb::participle),
                task(
                        "three-forms",
                        VERBS,
                        Verb::base,
                        verb -> verb.base() + ", " + verb.past() + ", " + verb.participle()),
                task("ing", VERBS, Verb::base, Verb::ing),
                task("third-person", VERBS, Verb::base, verb -> English.thirdPerson(verb.base())),
                task("negative", VERBS, Verb::base, verb -> "do not " + verb.base()),
                task("future", VERBS, Verb::base, verb -> "will " + verb.base()),
                task("base-of-past", VERBS.filter(verb -> !AMBIGUOUS.contains(verb.past())), Verb::past, Verb::base),
                task("base-of-ing", VERBS, Verb::ing, Verb::base),
                task(
                                "verb-form",
                                VERBS.filter(verb -> !verb.base().equals(verb.past()))
                                        .flatMap(verb -> List.of(
                                                new Example(verb.base(), "base"),
                                                new Example(verb.past(), "past"),
                                                new Example(verb.ing(), "ing"))))
                        .evenly(),
                task("comparative", ADJECTIVES, Adjective::base, Adjective::comparative),
                task("superlative", ADJECTIVES, Adjective::base, Adjective::superlative),
                task("as-as", ADJECTIVES, Adjective::base, adjective -> "as " + adjective.base() + " as"),
                task("very", ADJECTIVES, Adjective::base, adjective -> "very " + adjective.base()),
                task("less", ADJECTIVES, Adjective::base, adjective -> "less " + adjective.base() + " than"));
    }
}
