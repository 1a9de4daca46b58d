package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import net.sf.extjwnl.data.POS;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;

/// Relations between words: opposites from our own pairs, more general words and parts of speech from WordNet.
final class MeaningTasks {

    private static final List<Example> OPPOSITES = opposites();
    private static final Domain<Example> OPPOSITE = Domain.of(OPPOSITES);
    /// WordNet's topic for each of our noun categories: it tells the birch that is a tree from the birch that is wood.
    private static final Map<String, List<String>> TOPICS = new TreeMap<>(Map.of(
            "animal", List.of("animal"),
            "plant", List.of("plant"),
            "food", List.of("food"),
            "person", List.of("job", "relative"),
            "body", List.of("body"),
            "artifact", List.of("clothing", "vehicle", "furniture", "tool", "instrument", "building", "kitchenware"),
            "act", List.of("sport")));
    private static final Domain<Example> HYPERNYMS = Domain.of(topical()
            .flatMap(pair ->
                    WordNet.hypernym(pair.input(), pair.output())
                            .map(general -> new Example(pair.input(), general))
                            .stream())
            .toList());
    private static final Map<POS, String> PARTS =
            Map.of(POS.NOUN, "noun", POS.VERB, "verb", POS.ADJECTIVE, "adjective", POS.ADVERB, "adverb");
    private static final Domain<Example> ONE_PART = Domain.of(Stream.concat(
                    Lexicon.words().stream(), OPPOSITES.stream().map(Example::input))
            .distinct()
            .flatMap(word -> {
                List<POS> parts = WordNet.partsOfSpeech(word);
                return parts.size() == 1 ? Stream.of(new Example(word, PARTS.get(parts.getFirst()))) : Stream.empty();
            })
            .filter(pair -> !pair.output().equals("adverb"))
            .toList());
    private static final Domain<Example> TOPIC = Domain.of(
            topical().filter(pair -> WordNet.has(pair.input(), pair.output())).toList());

    private MeaningTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "meaning",
                task("opposite", OPPOSITE),
                task("not-but", OPPOSITE, Example::input, pair -> "not " + pair.input() + " but " + pair.output()),
                task(
                        "from-to-opposite",
                        OPPOSITE,
                        Example::input,
                        pair -> "from " + pair.input() + " to " + pair.output()),
                task("are-opposites", Domain.drawn(MeaningTasks::twoWords)).evenly(),
                task("more-general", HYPERNYMS),
                task("kind-of", HYPERNYMS, Example::input, pair -> "a kind of " + pair.output()),
                task("part-of-speech", ONE_PART).evenly(),
                task("topic-of-noun", TOPIC));
    }

    private static Example twoWords(RandomGenerator random) {
        List<Example> two = Domain.pick(random, OPPOSITES, 2);
        Example first = two.getFirst();
        String other = random.nextBoolean() ? first.output() : two.getLast().input();
        return new Example(first.input() + ", " + other, other.equals(first.output()) ? "yes" : "no");
    }

    /// Each noun with the topic of its category.
    private static Stream<Example> topical() {
        return TOPICS.entrySet().stream()
                .flatMap(topic -> topic.getValue().stream()
                        .flatMap(category -> Lexicon.nouns(category).stream())
                        .map(noun -> new Example(noun, topic.getKey())));
    }

    /// Each word with its one opposite. Pairs of the antonym table hold both ways, the adjectives' only as given.
    private static List<Example> opposites() {
        Map<String, String> byWord = new TreeMap<>();
        Lexicon.adjectiveRows().stream()
                .filter(row -> !row.getLast().equals("-"))
                .forEach(row -> byWord.putIfAbsent(row.getFirst(), row.getLast()));
        Lexicon.table("antonyms.txt").forEach(row -> {
            byWord.putIfAbsent(row.getFirst(), row.getLast());
            byWord.putIfAbsent(row.getLast(), row.getFirst());
        });
        List<Example> pairs = new ArrayList<>();
        byWord.forEach((word, other) -> pairs.add(new Example(word, other)));
        return pairs;
    }
}
