package dev.icmlora.tasks.drawn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.family.Families;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskRecipe;
import dev.icmlora.tasks.recipe.Wordings;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// Draws tasks that nobody wrote, each from a source of randomness alone. They share no input-output pair with a task
/// that is validated or held out, and are never measured with.
public final class TaskDraws {
    /// A task of fewer examples is drawn again.
    public static final int LEAST_EXAMPLES = 32;

    /// Of each question and answer.
    public static final int MOST_CHARACTERS = 160;

    private static final int MOST_LABELS = 6;
    private static final double FORMED_TOO = 0.3;
    private static final double QUESTIONS_TOO = 0.2;
    private static final double SAID_VAGUELY = 0.25;

    private static final List<String> SEPARATORS = List.of(", ", " ", " / ", " | ", "; ", " - ", ": ", " and ", "-");

    private final List<SuiteTask> written;
    private final List<SuiteTask> classifying;
    private final List<SuiteTask> exchangeable;
    private final List<Pair> sameQuestions;
    private final List<Pair> chains;
    private final Set<Example> measured;

    /// What a task is made of.
    public enum Kind {
        /// A task of the suite with its answers in another form.
        FORMED,
        /// A task of the suite with other labels.
        RELABELLED,
        /// A task of the suite, from its answers to its questions.
        EXCHANGED,
        /// Two tasks of the suite, asked about the same.
        JOINED,
        /// A task of the suite, asked about the answer of another.
        CHAINED,
        /// A rule drawn at random.
        RULE,
        /// Sentences to be sorted by what they are about.
        SORTING
    }

    private record Pair(SuiteTask first, SuiteTask second) {}

    private TaskDraws(List<SuiteTask> written, Set<Example> measured) {
        this.written = List.copyOf(written);
        this.measured = Set.copyOf(measured);
        this.classifying = written.stream()
                .filter(task -> Draft.of(task).differentAnswers().size() <= MOST_LABELS)
                .toList();
        this.exchangeable = written.stream()
                .filter(task ->
                        Draft.of(task).differentAnswers().size() == task.train().size())
                .toList();
        this.sameQuestions = sameQuestions(written);
        this.chains = chains(written);
    }

    /// Made of the tasks that a suite trains on.
    public static TaskDraws of(TaskSuite suite) {
        Set<Example> measured = new HashSet<>();
        for (SuiteTask task : suite.tasks()) {
            if (suite.splitOf(task) != Split.TRAIN) {
                measured.addAll(task.pairs());
            }
        }
        return new TaskDraws(suite.tasks(Split.TRAIN), measured);
    }

    /// The same randomness gives the same task. What is too small, contradicts itself or gives away a task that is
    /// measured is drawn again.
    ///
    /// @param kinds to draw from, each as likely as it is often in the list
    public SuiteTask draw(List<Kind> kinds, RandomGenerator random) {
        while (true) {
            Kind kind = Domain.pick(random, kinds);
            Draft draft = finished(draft(kind, random), kind, random);
            if (isTask(draft)) {
                List<Example> examples = new ArrayList<>(draft.examples());
                Collections.shuffle(examples, random);
                String name = kind.name().toLowerCase(Locale.ROOT);
                return new SuiteTask("drawn/" + name, "drawn", draft.descriptions(), examples, List.of());
            }
        }
    }

    private Draft draft(Kind kind, RandomGenerator random) {
        return switch (kind) {
            case FORMED -> formed(Draft.of(Domain.pick(random, written)), random);
            case RELABELLED -> relabelled(Domain.pick(random, classifying), random);
            case EXCHANGED -> exchanged(Domain.pick(random, exchangeable));
            case JOINED -> joined(Domain.pick(random, sameQuestions), random);
            case CHAINED -> chained(Domain.pick(random, chains));
            case RULE -> of(Families.rule(random), random);
            case SORTING -> of(Families.sorting(random), random);
        };
    }

    private static Draft finished(Draft draft, Kind kind, RandomGenerator random) {
        Draft finished = draft;
        if (kind != Kind.FORMED && random.nextDouble() < FORMED_TOO) {
            finished = formed(finished, random);
        }
        if (random.nextDouble() < QUESTIONS_TOO) {
            finished = Form.ofQuestions(finished, random);
        }
        if (random.nextDouble() < SAID_VAGUELY) {
            finished = finished.describedAs(List.of(Domain.pick(random, Wordings.VAGUE)));
        }
        return finished.clean(MOST_CHARACTERS);
    }

    private boolean isTask(Draft draft) {
        return draft.examples().size() >= LEAST_EXAMPLES
                && draft.differentAnswers().size() > 1
                && !draft.contradictsItself()
                && draft.examples().stream().map(SuiteTask::pair).noneMatch(measured::contains);
    }

    private static Draft formed(Draft draft, RandomGenerator random) {
        Form form = Form.drawn(draft, random);
        return form.of(draft).describedAs(description -> sentence(description) + " " + form.request());
    }

    private static Draft relabelled(SuiteTask task, RandomGenerator random) {
        Draft draft = Draft.of(task);
        List<String> old = draft.differentAnswers();
        List<String> labels = Domain.pick(random, Lexicon.words(), old.size());
        Map<String, String> labelOf = new LinkedHashMap<>();
        for (int i = 0; i < old.size(); i++) {
            labelOf.put(old.get(i), labels.get(i));
        }
        String legend = labelOf.entrySet().stream()
                .map(label -> label.getValue() + " for " + label.getKey())
                .collect(Collectors.joining(", "));
        return draft.withExamples(example -> new Example(example.input(), labelOf.get(example.output())))
                .describedAs(description -> sentence(description) + " Write " + legend + ".");
    }

    private static Draft exchanged(SuiteTask task) {
        return Draft.of(task)
                .withExamples(example -> new Example(example.output(), example.input()))
                .describedAs(description -> "Here is the answer; what was asked? " + sentence(description));
    }

    private static Draft joined(Pair pair, RandomGenerator random) {
        Draft first = Draft.of(pair.first);
        Map<String, String> answers = Draft.of(pair.second).answers();
        String separator = Domain.pick(random, SEPARATORS);
        List<Example> examples = first.examples().stream()
                .filter(example -> answers.containsKey(TaskRecipe.normalised(example.input())))
                .map(example -> new Example(
                        example.input(),
                        example.output() + separator + answers.get(TaskRecipe.normalised(example.input()))))
                .toList();
        return both(first, Draft.of(pair.second), "Two answers. ", " And then: ")
                .withExamples(examples);
    }

    private static Draft chained(Pair pair) {
        Draft first = Draft.of(pair.first);
        Map<String, String> answers = Draft.of(pair.second).answers();
        List<Example> examples = first.examples().stream()
                .filter(example -> answers.containsKey(TaskRecipe.normalised(example.output())))
                .map(example -> new Example(example.input(), answers.get(TaskRecipe.normalised(example.output()))))
                .toList();
        return both(first, Draft.of(pair.second), "", " With the answer: ").withExamples(examples);
    }

    private static Draft both(Draft first, Draft second, String before, String between) {
        int count = Math.min(first.descriptions().size(), second.descriptions().size());
        return first.describedAs(IntStream.range(0, count)
                .mapToObj(i -> before
                        + sentence(first.descriptions().get(i))
                        + between
                        + second.descriptions().get(i))
                .toList());
    }

    private static Draft of(TaskRecipe recipe, RandomGenerator random) {
        return new Draft(recipe.descriptions(), recipe.examples(random, 3 * LEAST_EXAMPLES));
    }

    private static String sentence(String description) {
        return Character.isLetterOrDigit(description.charAt(description.length() - 1))
                ? description + "."
                : description;
    }

    /// Tasks of a family tend to ask about the same things.
    private static List<Pair> sameQuestions(List<SuiteTask> tasks) {
        return pairs(tasks, Example::input, (first, second) -> first.family().equals(second.family()));
    }

    private static List<Pair> chains(List<SuiteTask> tasks) {
        return pairs(tasks, Example::output, (_, _) -> true);
    }

    /// @param link what of the first task's examples the second is asked
    private static List<Pair> pairs(
            List<SuiteTask> tasks, Function<Example, String> link, BiPredicate<SuiteTask, SuiteTask> wanted) {
        Map<String, Set<Integer>> askedBy = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            for (Example example : tasks.get(i).train()) {
                askedBy.computeIfAbsent(TaskRecipe.normalised(example.input()), _ -> new HashSet<>())
                        .add(i);
            }
        }
        List<Pair> pairs = new ArrayList<>();
        for (SuiteTask first : tasks) {
            int[] shared = new int[tasks.size()];
            first.train().stream()
                    .map(example -> TaskRecipe.normalised(link.apply(example)))
                    .distinct()
                    .forEach(question -> Optional.ofNullable(askedBy.get(question))
                            .ifPresent(owners -> owners.forEach(i -> shared[i]++)));
            for (int i = 0; i < shared.length; i++) {
                SuiteTask second = tasks.get(i);
                if (shared[i] >= LEAST_EXAMPLES && second != first && wanted.test(first, second)) {
                    pairs.add(new Pair(first, second));
                }
            }
        }
        return List.copyOf(pairs);
    }
}
