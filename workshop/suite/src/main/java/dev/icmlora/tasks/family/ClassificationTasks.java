package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.family.Slots.filled;
import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Labels for short texts and words.
final class ClassificationTasks {

    /// Sentences by `task/label`, each with `{}` for a name or a noun.
    private static final Map<String, List<String>> SENTENCES = Lexicon.lists("labelled.txt");
    private static final List<String> NAMES = Lexicon.names("female", "male");
    /// None begins with a vowel, so that "a" goes before each.
    private static final List<String> THINGS =
            Lexicon.nouns("vehicle", "furniture", "tool", "instrument", "kitchenware", "clothing").stream()
                    .filter(noun -> Text.COUNTABLE.contains(noun) && !Text.startsWithVowel(noun))
                    .toList();
    /// Intent, polite request, blunt request.
    private static final List<List<String>> INTENTS = List.of(
            List.of("refund", "Please send the money for the {thing} back.", "Give me my money back for this {thing}."),
            List.of(
                    "delivery",
                    "Please tell me when the {thing} arrives.",
                    "When will my {thing} finally be delivered?"),
            List.of("repair", "Please mend my {thing}.", "My {thing} is broken, fix it."),
            List.of("purchase", "I would like to buy a {thing}, please.", "I want to order one {thing}."));
    private static final List<String> URGENT = List.of("It is urgent!", "I need it today!", "This can't wait!");
    private static final List<String> NORMAL = List.of("No hurry.", "Any day is fine.", "Take your time.");
    /// Categories that share no word.
    private static final List<String> SORTS = List.of(
            "animal", "food", "job", "clothing", "vehicle", "instrument", "sport", "body", "weather", "building");

    private static final Domain<Slots> MESSAGES = Domain.drawn(ClassificationTasks::message);

    private ClassificationTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "classification",
                sentences("sentiment", THINGS),
                sentences("feeling", NAMES),
                sentences("topic", NAMES),
                sentences("language", NAMES),
                sentences("sentence-kind", THINGS),
                sentences("register", THINGS),
                sentences("spam", THINGS),
                task("intent", MESSAGES, filled("{intent}")).evenly(),
                task("politeness", MESSAGES, filled("{tone}")).evenly(),
                task("urgency", MESSAGES, filled("{urgency}")).evenly(),
                task("route-code", MESSAGES, filled("{code}")).evenly(),
                task("word-category", words(Lexicon.nounCategories())),
                task("living", words(List.of("animal", "plant"))).evenly(),
                task(
                                "edible",
                                words(List.of("food", "tool", "furniture", "vehicle", "instrument")),
                                Example::input,
                                word -> word.output().equals("food") ? "edible" : "inedible")
                        .evenly(),
                task("odd-one-out", Domain.drawn(ClassificationTasks::oddOneOut)),
                task("common-category", Domain.drawn(ClassificationTasks::commonCategory))
                        .evenly(),
                task("same-category", Domain.drawn(ClassificationTasks::sameCategory))
                        .evenly());
    }

    private static TaskRecipe sentences(String name, List<String> fillers) {
        List<String> titles = SENTENCES.keySet().stream()
                .filter(title -> title.startsWith(name + "/"))
                .toList();
        return task(name, Domain.drawn(random -> {
                    String title = pick(random, titles);
                    String sentence = pick(random, SENTENCES.get(title));
                    return new Example(
                            sentence.replace("{}", pick(random, fillers)), title.substring(name.length() + 1));
                }))
                .evenly();
    }

    /// A message to a help desk, labelled from several sides.
    private static Slots message(RandomGenerator random) {
        List<String> intent = pick(random, INTENTS);
        boolean polite = random.nextBoolean();
        boolean urgent = random.nextBoolean();
        String haste = pick(random, urgent ? URGENT : NORMAL);
        String code = Text.upper(intent.getFirst().substring(0, 3)) + (urgent ? "-1" : "-2");
        return Slots.of(
                intent.get(polite ? 1 : 2) + " " + haste,
                Map.of(
                        "thing",
                        pick(random, THINGS),
                        "intent",
                        intent.getFirst(),
                        "tone",
                        polite ? "polite" : "blunt",
                        "urgency",
                        urgent ? "urgent" : "normal",
                        "code",
                        code));
    }

    /// Nouns, labelled with their categories.
    private static Domain<Example> words(List<String> categories) {
        return Domain.of(categories.stream()
                .flatMap(category -> Lexicon.nouns(category).stream().map(noun -> new Example(noun, category)))
                .toList());
    }

    private static Example oddOneOut(RandomGenerator random) {
        List<String> two = pick(random, SORTS, 2);
        List<String> words = new ArrayList<>(pick(random, Lexicon.nouns(two.getFirst()), 3));
        String odd = pick(random, Lexicon.nouns(two.getLast()));
        words.add(random.nextInt(4), odd);
        return new Example(Text.list(words), odd);
    }

    private static Example commonCategory(RandomGenerator random) {
        String category = pick(random, Lexicon.nounCategories());
        return new Example(Text.list(pick(random, Lexicon.nouns(category), 3)), category);
    }

    private static Example sameCategory(RandomGenerator random) {
        List<String> two = pick(random, SORTS, 2);
        if (random.nextBoolean()) {
            return new Example(Text.list(pick(random, Lexicon.nouns(two.getFirst()), 2)), "same");
        }
        List<String> words =
                two.stream().map(sort -> pick(random, Lexicon.nouns(sort))).toList();
        return new Example(Text.list(words), "different");
    }
}
