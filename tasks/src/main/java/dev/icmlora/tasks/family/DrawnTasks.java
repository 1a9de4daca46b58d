package dev.icmlora.tasks.family;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskRecipe;
import dev.icmlora.tasks.recipe.Wordings;

/// Tasks whose rule is drawn at random: entries of some fields to be written in another form, and words to be labelled
/// by their kind. People wrote a few hundred tasks; of these there is no end, and only the examples tell them apart.
/// They are to learn from, never to measure with.
final class DrawnTasks {
    private static final int LABELLING_IN = 5;

    /// What a field holds.
    private record Kind(String name, Domain<String> values) {
        static Kind of(String name, List<String> values) {
            return new Kind(name, Domain.drawn(random -> Domain.pick(random, values)));
        }

        static Kind number(String name, int first, int last) {
            return new Kind(name, Domain.drawn(random -> Integer.toString(random.nextInt(first, last + 1))));
        }

        String draw(RandomGenerator random) {
            return values.values(random).findFirst().orElseThrow();
        }
    }

    /// What becomes of a field.
    ///
    /// @param phrase says it to people, `%s` stands for the field
    /// @param sign says it in a pattern
    private record Change(String phrase, String sign, UnaryOperator<String> applied) {}

    /// A field of the entry and what becomes of it.
    private record Piece(int field, Change change) {}

    /// How pieces are written one after the other.
    private record Layout(String opening, String separator, String closing) {
        String of(List<String> pieces) {
            return opening + String.join(separator, pieces) + closing;
        }
    }

    private static final List<Kind> WORDS = Lexicon.nounCategories().stream()
            .map(category -> Kind.of(category, Lexicon.nouns(category)))
            .toList();
    /// Of these there are enough words to sort some of them.
    private static final List<Kind> SORTED = WORDS.stream()
            .filter(kind -> Lexicon.nouns(kind.name()).size() >= 30)
            .toList();
    private static final List<Kind> OTHERS = List.of(
            Kind.of("adjective", Lexicon.adjectives()),
            Kind.of("word", Lexicon.words()),
            Kind.number("number", 2, 999),
            Kind.number("year", 1900, 2039),
            new Kind("code", Domain.drawn(random -> (char) ('a' + random.nextInt(26)) + "" + random.nextInt(10, 100))));
    private static final List<Kind> NUMBERS = OTHERS.subList(2, 4);

    private static final Change KEPT = new Change("the %s", "%s", UnaryOperator.identity());
    private static final List<Change> OF_WORDS = List.of(
            new Change("the %s in capitals", "%S", Text::upper),
            new Change("the %s with a capital", "%s with a capital", Text::capitalised),
            new Change("the first letter of the %s", "first letter of %s", word -> word.substring(0, 1)),
            new Change("the initial of the %s as a capital", "initial of %s", word -> Text.upper(word.substring(0, 1))),
            new Change("the last letter of the %s", "last letter of %s", word -> word.substring(word.length() - 1)),
            new Change(
                    "the first three letters of the %s",
                    "three letters of %s", word -> word.substring(0, Math.min(3, word.length()))),
            new Change("the %s twice", "%1$s%1$s", word -> word + word));
    private static final List<Change> OF_NUMBERS = List.of(
            new Change("the %s plus one", "%s+1", number -> Integer.toString(Integer.parseInt(number) + 1)),
            new Change(
                    "the %s with four digits",
                    "0%s", number -> String.format(Locale.ROOT, "%04d", Integer.parseInt(number))),
            new Change("the last digit of the %s", "last digit of %s", number -> number.substring(number.length() - 1)),
            new Change("the %s with .00", "%s.00", number -> number + ".00"));

    private static final List<String> SEPARATORS =
            List.of(" ", ", ", "-", "/", ": ", " | ", "_", "; ", "=", " and ", ".", " > ", "", "+", " (", "@");
    private static final List<String> OPENINGS =
            List.of("(", "[", "<", "\"", "#", "No. ", "re: ", "* ", "my ", "the ", "item ", "-> ", "Dear ", "no ");
    private static final List<String> CLOSINGS = List.of("!", ".", "?", ";", " etc.", " please", ")", "]", ">", "\"");
    private static final List<String> LABELS = List.of(
            "A", "B", "C", "yes", "no", "1", "2", "3", "red", "blue", "green", "left", "right", "keep", "drop", "x",
            "y", "high", "low", "north", "south", "open", "closed", "true", "false", "+", "-", "first", "second");

    private DrawnTasks() {}

    static TaskRecipe rule(RandomGenerator random) {
        return random.nextInt(LABELLING_IN) == 0 ? labelling(random) : rewriting(random);
    }

    /// @param fields of an entry
    /// @param before how the entry is given
    /// @param pieces what is written
    /// @param after how it is written
    private record Rewriting(List<Kind> fields, Layout before, List<Piece> pieces, Layout after) {
        static Rewriting drawn(RandomGenerator random) {
            List<Kind> fields = DrawnTasks.fields(random);
            return new Rewriting(
                    fields, layout(random, false), DrawnTasks.pieces(fields, random), layout(random, true));
        }

        Example example(RandomGenerator random) {
            List<String> values =
                    fields.stream().map(field -> field.draw(random)).toList();
            return new Example(
                    before.of(values),
                    after.of(pieces.stream()
                            .map(piece -> piece.change().applied().apply(values.get(piece.field())))
                            .toList()));
        }

        /// Whether it changes every entry. What leaves some as they are is no task, or a confusing one.
        boolean isChange(RandomGenerator random) {
            return Stream.generate(() -> example(random))
                    .limit(100)
                    .noneMatch(example -> example.input().equals(example.output()));
        }

        String phrases() {
            return pieces.stream()
                    .map(piece -> piece.change()
                            .phrase()
                            .formatted(fields.get(piece.field()).name()))
                    .collect(Collectors.joining(", then "));
        }

        String pattern() {
            return after.of(pieces.stream()
                    .map(piece -> String.format(
                            Locale.ROOT,
                            piece.change().sign(),
                            fields.get(piece.field()).name()))
                    .toList());
        }

        String given() {
            return before.of(fields.stream().map(Kind::name).toList());
        }
    }

    private static TaskRecipe rewriting(RandomGenerator random) {
        Rewriting rewriting = Stream.generate(() -> Rewriting.drawn(random))
                .filter(rule -> rule.isChange(random))
                .findFirst()
                .orElseThrow();
        Example example = rewriting.example(random);
        return new TaskRecipe(
                "rewriting",
                described(
                        random,
                        "Write " + rewriting.phrases() + ", like " + example.output(),
                        rewriting.given() + " -> " + rewriting.pattern(),
                        "Please give " + rewriting.phrases() + ".",
                        example.input() + " becomes " + example.output(),
                        "Return it in the form " + rewriting.pattern()),
                Domain.drawn(rewriting::example),
                false);
    }

    private static List<Kind> fields(RandomGenerator random) {
        int wanted = random.nextInt(1, 4);
        List<Kind> all = new ArrayList<>(OTHERS);
        // One field of few words would be a task of few examples.
        all.addAll(wanted == 1 ? List.of() : Domain.pick(random, WORDS, OTHERS.size()));
        return Domain.pick(random, all, wanted);
    }

    private static List<Piece> pieces(List<Kind> fields, RandomGenerator random) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, fields.size()).boxed().toList());
        Collections.shuffle(order, random);
        List<Integer> kept = order.subList(0, random.nextInt(1, fields.size() + 1));
        return kept.stream()
                .map(field -> new Piece(field, change(fields.get(field), random)))
                .toList();
    }

    private static Change change(Kind field, RandomGenerator random) {
        if (field.name().equals("code") || random.nextInt(5) < 2) {
            return KEPT;
        }
        return Domain.pick(random, NUMBERS.contains(field) ? OF_NUMBERS : OF_WORDS);
    }

    private static Layout layout(RandomGenerator random, boolean framed) {
        return new Layout(
                framed && random.nextInt(3) == 0 ? Domain.pick(random, OPENINGS) : "",
                Domain.pick(random, SEPARATORS),
                framed && random.nextInt(3) == 0 ? Domain.pick(random, CLOSINGS) : "");
    }

    /// Words of two or three kinds, each with a label that says nothing about its kind.
    private static TaskRecipe labelling(RandomGenerator random) {
        List<Kind> kinds = Domain.pick(random, SORTED, random.nextInt(2, 4));
        List<String> labels = Domain.pick(random, LABELS, kinds.size());
        Map<String, Set<Integer>> owners = new LinkedHashMap<>();
        for (int kind = 0; kind < kinds.size(); kind++) {
            for (String word : Lexicon.nouns(kinds.get(kind).name())) {
                owners.computeIfAbsent(word, _ -> new HashSet<>()).add(kind);
            }
        }
        List<Example> examples = owners.entrySet().stream()
                .filter(word -> word.getValue().size() == 1)
                .map(word -> new Example(
                        word.getKey(), labels.get(word.getValue().iterator().next())))
                .toList();
        String rule = IntStream.range(0, kinds.size())
                .mapToObj(kind -> kinds.get(kind).name() + " " + labels.get(kind))
                .collect(Collectors.joining(", "));
        return new TaskRecipe(
                "labelling",
                described(
                        random,
                        "Sort the word: " + rule + ".",
                        rule,
                        "Please answer " + String.join(" or ", labels) + ".",
                        String.join(" / ", labels),
                        "Which label fits, " + String.join(" or ", labels) + "?"),
                Domain.of(examples),
                true);
    }

    private static List<String> described(RandomGenerator random, String... precise) {
        List<String> descriptions = new ArrayList<>(List.of(precise));
        descriptions.addAll(Domain.pick(random, Wordings.VAGUE, 3));
        return List.copyOf(descriptions);
    }
}
