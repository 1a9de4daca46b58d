package dev.icmlora.tasks.suite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.family.Families;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Every task that the generator is trained and measured on, made by our own code.
///
/// It is the same on every machine, whatever the default locale, the clock and the order of hash maps.
public final class TaskSuite {

    /// Examples of a task, train and test together, where its domain has as many.
    static final int EXAMPLES = 440;

    /// A task with fewer examples is refused.
    static final int LEAST_EXAMPLES = 60;

    private static final int MOST_TEST_EXAMPLES = 80;
    private static final int LEAST_TEST_EXAMPLES = 50;

    private static final long SEED = 1;

    private final List<SuiteTask> tasks;
    private final Map<String, Split> splits;

    /// @param splits by task id
    private TaskSuite(List<SuiteTask> tasks, Map<String, Split> splits) {
        this.tasks = List.copyOf(tasks);
        this.splits = Map.copyOf(splits);
    }

    /// The suite. To make it takes seconds, so a process does that once, when it is first asked for.
    public static TaskSuite get() {
        return Made.SUITE;
    }

    private static final class Made {
        private static final TaskSuite SUITE = create();
    }

    /// @throws IllegalStateException when a recipe yields too few examples
    static TaskSuite create() {
        List<SuiteTask> tasks = new ArrayList<>();
        for (TaskFamily family : Families.all()) {
            for (TaskRecipe recipe : family.tasks()) {
                tasks.add(make(family, recipe));
            }
        }
        return new TaskSuite(tasks, new Splitter(Families.heldOut()).split(tasks));
    }

    /// All tasks, family by family, in a fixed order.
    public List<SuiteTask> tasks() {
        return tasks;
    }

    public List<SuiteTask> tasks(Split split) {
        return tasks.stream().filter(task -> splits.get(task.id()) == split).toList();
    }

    /// @throws IllegalArgumentException when the task is of another suite
    public Split splitOf(SuiteTask task) {
        Split split = splits.get(task.id());
        if (split == null) {
            throw new IllegalArgumentException(task.id() + " is not a task of this suite");
        }
        return split;
    }

    /// A source of randomness that depends on nothing but what it is for.
    static RandomGenerator random(String purpose) {
        return new SplittableRandom(SEED * 0x9E3779B97F4A7C15L + purpose.hashCode());
    }

    private static SuiteTask make(TaskFamily family, TaskRecipe recipe) {
        String id = family.name() + "/" + recipe.name();
        // Seeded by family, not by task: siblings on one domain get the same inputs, so only the mapping tells them
        // apart.
        List<Example> examples = new ArrayList<>(recipe.examples(random(family.name()), EXAMPLES));
        if (examples.size() < LEAST_EXAMPLES) {
            throw new IllegalStateException(
                    "task %s has %d examples, at least %d wanted".formatted(id, examples.size(), LEAST_EXAMPLES));
        }
        // By the input's own draw, so that siblings agree on which inputs are for testing.
        Map<Example, Long> lots = new HashMap<>();
        examples.forEach(example -> lots.put(example, lot(example)));
        examples.sort(Comparator.<Example>comparingLong(lots::get).thenComparing(Example::input));
        int test = testExamples(examples.size());
        List<Example> forTest = examples.subList(0, test);
        List<Example> forTrain = new ArrayList<>(examples.subList(test, examples.size()));
        Collections.shuffle(forTrain, random(id));
        return new SuiteTask(id, family.name(), family.descriptions().get(recipe.name()), forTrain, forTest);
    }

    private static long lot(Example example) {
        return random(TaskRecipe.normalised(example.input())).nextLong();
    }

    private static int testExamples(int examples) {
        return Math.clamp(examples / 5, Math.min(LEAST_TEST_EXAMPLES, examples / 3), MOST_TEST_EXAMPLES);
    }
}
