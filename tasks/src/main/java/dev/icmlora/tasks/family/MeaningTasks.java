package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import net.sf.extjwnl.data.POS;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Relations between words: opposites from our own pairs, more general words and parts of speech from WordNet.
final class MeaningTasks implements TaskFamily {

    private record Pair(String word, String other) {}

    private static final List<Pair> OPPOSITES = opposites();
    private static final Domain<Pair> OPPOSITE = Domain.of(OPPOSITES);
    /// WordNet's topic for each of our noun categories: it tells the birch that is a tree from the birch that is wood.
    private static final Map<String, List<String>> TOPICS = new TreeMap<>(Map.of(
            "animal", List.of("animal"),
            "plant", List.of("plant"),
            "food", List.of("food"),
            "person", List.of("job", "relative"),
            "body", List.of("body"),
            "artifact", List.of("clothing", "vehicle", "furniture", "tool", "instrument", "building", "kitchenware"),
            "act", List.of("sport")));
    private static final Domain<Pair> HYPERNYMS = Domain.of(topical()
            .flatMap(pair ->
                    WordNet.hypernym(pair.word(), pair.other()).map(general -> new Pair(pair.word(), general)).stream())
            .toList());
    private static final Map<POS, String> PARTS =
            Map.of(POS.NOUN, "noun", POS.VERB, "verb", POS.ADJECTIVE, "adjective", POS.ADVERB, "adverb");
    private static final Domain<Pair> ONE_PART = Domain.of(Stream.concat(
                    Lexicon.words().stream(), OPPOSITES.stream().map(Pair::word))
            .distinct()
            .flatMap(word -> {
                List<POS> parts = WordNet.partsOfSpeech(word);
                return parts.size() == 1 ? Stream.of(new Pair(word, PARTS.get(parts.getFirst()))) : Stream.empty();
            })
            .filter(pair -> !pair.other().equals("adverb"))
            .toList());
    private static final Domain<Pair> TOPIC = Domain.of(
            topical().filter(pair -> WordNet.has(pair.word(), pair.other())).toList());

    @Override
    public String name() {
        return "meaning";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                ofPair("opposite", OPPOSITE, """
                        What is the opposite of the word?
                        antonym
                        Please give the word with the contrary meaning.
                        Not this, but ...?
                        Find the antonym.
                        hot -> cold
                        Which word means just the reverse?
                        Turn the meaning around, one word.
                        """),
                task("not-but")
                        .describedAs("""
                        Write "not X but Y", where Y is the opposite.
                        not ... but ...
                        Please contrast the word with its antonym.
                        Deny the word and assert its opposite.
                        Phrase: not this but the contrary.
                        Contradict me: not hot but cold.
                        Make a correction with the antonym.
                        Complete "not ... but ..." for the word.
                        """)
                        .from(OPPOSITE, Pair::word, pair -> "not " + pair.word() + " but " + pair.other()),
                task("from-to-opposite")
                        .describedAs("""
                        Write "from X to Y", where Y is the opposite.
                        from ... to ...
                        Please name the whole range between the word and its antonym.
                        Span the two extremes, beginning with the word.
                        Phrase: from this to the contrary.
                        Make a range like "from hot to cold".
                        How would you name the scale between both ends?
                        Complete "from ... to ..." for the word.
                        """)
                        .from(OPPOSITE, Pair::word, pair -> "from " + pair.word() + " to " + pair.other()),
                task("are-opposites")
                        .describedAs("""
                        Are the two words opposites? Answer yes or no.
                        opposites? yes/no
                        Please check whether the pair is a pair of antonyms.
                        Do the words contradict each other?
                        yes for antonyms, no for unrelated words
                        Does one word mean the contrary of the other?
                        Judge the pair: are they contrary?
                        Is this a pair like hot and cold?
                        """)
                        .from(
                                Domain.drawn(random -> {
                                    List<Pair> two = Domain.pick(random, OPPOSITES, 2);
                                    boolean yes = random.nextBoolean();
                                    String other = yes
                                            ? two.getFirst().other()
                                            : two.getLast().word();
                                    boolean chance = other.equals(two.getFirst().other());
                                    return new Pair(two.getFirst().word() + ", " + other, yes || chance ? "yes" : "no");
                                }),
                                Pair::word,
                                Pair::other)
                        .evenly(),
                ofPair("more-general", HYPERNYMS, """
                        Give the nearest more general word.
                        hypernym
                        Please name the class that the thing is directly part of.
                        X is a kind of ...?
                        One step up in WordNet.
                        Which broader term covers this word?
                        Find the superordinate noun.
                        Generalise the noun by one level.
                        """),
                task("kind-of").describedAs("""
                        Explain the word as "a kind of ..." with a more general noun.
                        a kind of ...
                        Please define the thing by its class.
                        How would a short dictionary explain this? Begin with "a kind of".
                        Say what sort of thing it is: a kind of ...
                        Minimal definition of the noun.
                        Tell a child what it is, as a kind of something.
                        Definition by genus only.
                        """).from(HYPERNYMS, Pair::word, pair -> "a kind of " + pair.other()),
                ofPair("part-of-speech", ONE_PART, """
                        Is the word a noun, a verb or an adjective?
                        part of speech
                        Please name the word class.
                        noun / verb / adjective
                        Which part of speech is this?
                        Thing (noun), action (verb) or property (adjective)?
                        Classify the word grammatically.
                        What would the dictionary print after this word: noun, verb or adjective?
                        """).evenly(),
                ofPair("topic-of-noun", TOPIC, """
                        Which of these is it: animal, plant, food, artifact, person, body or act?
                        semantic class
                        Please sort the noun into one of WordNet's topics.
                        What sort of thing is it? Man-made things are artifacts.
                        Ontological category, one word such as person or artifact.
                        Supersense of the noun.
                        Tag the noun with its broad class.
                        Is it a person, an artifact, an animal ...?
                        """));
    }

    /// Each noun with the topic of its category.
    private static Stream<Pair> topical() {
        return TOPICS.entrySet().stream()
                .flatMap(topic -> topic.getValue().stream()
                        .flatMap(category -> Lexicon.nouns(category).stream())
                        .map(noun -> new Pair(noun, topic.getKey())));
    }

    private static TaskRecipe ofPair(String name, Domain<Pair> domain, String descriptions) {
        return task(name).describedAs(descriptions).from(domain, Pair::word, Pair::other);
    }

    /// Each word with its one opposite. Pairs of the antonym table hold both ways, the adjectives' only as given.
    private static List<Pair> opposites() {
        Map<String, String> byWord = new TreeMap<>();
        Lexicon.adjectiveRows().stream()
                .filter(row -> !row.getLast().equals("-"))
                .forEach(row -> byWord.putIfAbsent(row.getFirst(), row.getLast()));
        Lexicon.table("antonyms.txt").forEach(row -> {
            byWord.putIfAbsent(row.getFirst(), row.getLast());
            byWord.putIfAbsent(row.getLast(), row.getFirst());
        });
        List<Pair> pairs = new ArrayList<>();
        byWord.forEach((word, other) -> pairs.add(new Pair(word, other)));
        return pairs;
    }
}
