package dev.icmlora.tasks.family;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.family.WordNet.Meaning;
import dev.icmlora.tasks.family.WordNet.Subject;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.TaskRecipe;
import dev.icmlora.tasks.recipe.Wordings;

/// Sentences in plain English to be sorted by what they are about: WordNet's definitions, by the more general nouns and
/// verbs that they come under. There are thousands of these, and any few make a task. They are to learn from, never to
/// measure with.
final class SortingTasks {
    private static final int MOST_SUBJECTS = 5;
    private static final int LEAST_OF_A_SUBJECT = 16;
    private static final int MOST_OF_A_SUBJECT = 24;
    private static final List<List<String>> YES_AND_NO =
            List.of(List.of("yes", "no"), List.of("true", "false"), List.of("1", "0"), List.of("keep", "drop"));
    private static final List<String> LABELS = List.of(
            "A", "B", "C", "D", "1", "2", "3", "4", "red", "blue", "green", "left", "right", "keep", "drop", "high",
            "low", "urgent", "later", "bug", "feature", "spam", "ok", "north", "south", "x", "y");

    private SortingTasks() {}

    /// What is shown of a meaning.
    private enum Shown {
        DEFINITION {
            @Override
            String of(Meaning meaning) {
                return meaning.definition();
            }
        },
        /// A sentence with the word in it, where there is one.
        SENTENCE {
            @Override
            String of(Meaning meaning) {
                return meaning.sentence().orElse(meaning.definition());
            }
        },
        BOTH {
            @Override
            String of(Meaning meaning) {
                return meaning.word() + ": " + meaning.definition();
            }
        };

        abstract String of(Meaning meaning);

        static Shown drawn(RandomGenerator random) {
            return Domain.pick(random, List.of(DEFINITION, DEFINITION, SENTENCE, BOTH));
        }
    }

    static TaskRecipe sorting(RandomGenerator random) {
        List<Subject> subjects = subjects(random);
        Shown shown = Shown.drawn(random);
        List<List<Example>> groups = groups(subjects, shown, random);
        return switch (random.nextInt(4)) {
            case 0 -> labelled(subjects, groups, random);
            case 1 -> asked(subjects, groups, random);
            default -> named(subjects, groups);
        };
    }

    /// Subjects that have enough meanings which are of one of them alone.
    private static List<Subject> subjects(RandomGenerator random) {
        while (true) {
            List<Subject> drawn = random.nextBoolean()
                    ? Domain.pick(random, WordNet.subjects(), random.nextInt(2, MOST_SUBJECTS + 1))
                    : alike(random);
            boolean named = drawn.stream().map(Subject::name).distinct().count() == drawn.size();
            if (drawn.size() > 1 && named && own(drawn).stream().allMatch(own -> own.size() >= LEAST_OF_A_SUBJECT)) {
                return drawn;
            }
        }
    }

    /// Subjects under the same one, which are harder to tell apart.
    private static List<Subject> alike(RandomGenerator random) {
        Subject one = Domain.pick(random, WordNet.subjects());
        List<Subject> others = WordNet.subjects().stream()
                .filter(other -> other.under() == one.under() && other != one)
                .toList();
        int wanted = Math.min(others.size(), random.nextInt(1, MOST_SUBJECTS));
        return Stream.concat(Stream.of(one), Domain.pick(random, others, wanted).stream())
                .toList();
    }

    /// The meanings of each subject that are of no other one.
    private static List<List<Meaning>> own(List<Subject> subjects) {
        return subjects.stream()
                .map(subject -> {
                    Set<Meaning> others = new HashSet<>();
                    subjects.stream()
                            .filter(other -> other != subject)
                            .forEach(other -> others.addAll(other.meanings()));
                    return subject.meanings().stream()
                            .filter(meaning -> !others.contains(meaning))
                            .toList();
                })
                .toList();
    }

    /// Some examples of each subject, whose answer is its name.
    private static List<List<Example>> groups(List<Subject> subjects, Shown shown, RandomGenerator random) {
        List<List<Meaning>> own = own(subjects);
        return IntStream.range(0, subjects.size())
                .mapToObj(i -> Domain.of(own.get(i))
                        .values(random)
                        .limit(MOST_OF_A_SUBJECT)
                        .map(meaning ->
                                new Example(shown.of(meaning), subjects.get(i).name()))
                        .toList())
                .toList();
    }

    private static TaskRecipe named(List<Subject> subjects, List<List<Example>> groups) {
        List<String> names = subjects.stream().map(Subject::name).toList();
        return recipe(
                groups,
                "Sort the text: " + choice(names) + ".",
                "What is it about: " + choice(names) + "?",
                String.join(" / ", names),
                "Please say which fits best. One of: " + String.join(", ", names) + ".",
                "Classify the text.");
    }

    /// Each subject by a label that says nothing about it.
    private static TaskRecipe labelled(List<Subject> subjects, List<List<Example>> groups, RandomGenerator random) {
        List<String> labels = Domain.pick(random, LABELS, subjects.size());
        Map<String, String> labelOf = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            labelOf.put(subjects.get(i).name(), labels.get(i));
        }
        String legend = labelOf.entrySet().stream()
                .map(label -> label.getValue() + " for " + label.getKey())
                .collect(Collectors.joining(", "));
        return recipe(
                answered(groups, labelOf),
                "Write " + legend + ".",
                "What is it about? " + legend,
                "Which label fits, " + choice(labels) + "?",
                String.join(" / ", labels),
                "Please label the text: " + legend + ".");
    }

    /// Whether it is about the first subject.
    private static TaskRecipe asked(List<Subject> subjects, List<List<Example>> groups, RandomGenerator random) {
        List<String> answers = Domain.pick(random, YES_AND_NO);
        String name = subjects.getFirst().name();
        Map<String, String> answerOf = new LinkedHashMap<>();
        subjects.forEach(subject -> answerOf.put(subject.name(), answers.getLast()));
        answerOf.put(name, answers.getFirst());
        String choice = choice(answers);
        return recipe(
                answered(groups, answerOf),
                "Is it about this: " + name + "? Answer " + choice + ".",
                name + "? " + choice,
                "Please write " + answers.getFirst() + " for " + name + ", else " + answers.getLast() + ".",
                "Decide whether the text describes something of the kind \"" + name + "\": " + choice + ".",
                "Does it belong to " + name + "?");
    }

    private static List<List<Example>> answered(List<List<Example>> groups, Map<String, String> answerOf) {
        return groups.stream()
                .map(group -> group.stream()
                        .map(example -> new Example(example.input(), answerOf.get(example.output())))
                        .toList())
                .toList();
    }

    private static String choice(List<String> names) {
        return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
    }

    private static TaskRecipe recipe(List<List<Example>> groups, String... descriptions) {
        List<String> all = new ArrayList<>(List.of(descriptions));
        all.add(Wordings.VAGUE.getFirst());
        return new TaskRecipe(
                "sorting", all, Domain.of(groups.stream().flatMap(List::stream).toList()), true);
    }
}
