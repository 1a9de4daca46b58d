package dev.icmlora.trainer.eval;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.eval.TaskResult.Group;
import dev.icmlora.trainer.suite.Split;
import dev.icmlora.trainer.suite.SuiteTask;
import dev.icmlora.trainer.suite.TaskSuite;

/// Which tasks are measured, on which inputs, and how one is scored.
///
/// All conditions of a task get the same description, the same examples (from its training examples) and the same test
/// inputs, drawn with a seed. An answer counts when it equals the expected text but for white space around it.
final class Evaluation {
    private static final int LEAST_TOKENS = 8;
    private static final int MOST_TOKENS = 48;

    private final FunctionClient function;
    private final int inputs;
    private final int examples;
    private final long seed;

    /// @param inputs test inputs of a task
    /// @param examples examples that a request brings
    Evaluation(FunctionClient function, int inputs, int examples, long seed) {
        this.function = function;
        this.inputs = inputs;
        this.examples = examples;
        this.seed = seed;
    }

    record Subject(SuiteTask task, Group group) {}

    /// The tasks that the generator was trained on and the held-out ones. A task that is neither (validation, or
    /// training tasks that this generator did not use) proves nothing and is left out.
    ///
    /// @param catalogue ids of the tasks that the generator was trained on
    /// @param most of a group, drawn with the seed; the groups stay in suite order
    static List<Subject> subjects(TaskSuite suite, Set<String> catalogue, int most, long seed) {
        List<Subject> seen = new ArrayList<>();
        List<Subject> heldOut = new ArrayList<>();
        for (SuiteTask task : suite.tasks()) {
            if (catalogue.contains(task.id())) {
                seen.add(new Subject(task, Group.SEEN));
            } else if (suite.splitOf(task) == Split.HELD_OUT) {
                heldOut.add(new Subject(task, Group.HELD_OUT));
            }
        }
        List<Subject> subjects = draw(seen, most, new SplittableRandom(seed));
        subjects.addAll(draw(heldOut, most, new SplittableRandom(seed)));
        return subjects;
    }

    TaskResult measure(Subject subject) throws IOException, InterruptedException {
        SuiteTask task = subject.task();
        SplittableRandom random =
                new SplittableRandom(seed ^ 0x9E3779B97F4A7C15L * task.id().hashCode());
        String description =
                task.descriptions().get(random.nextInt(task.descriptions().size()));
        Task stated = new Task(description, draw(task.train(), examples, random));
        List<Example> tests = draw(task.test(), inputs, random);
        int maxTokens =
                tests.stream().mapToInt(test -> test.output().length()).max().orElseThrow();

        Map<Condition, Double> exact = new EnumMap<>(Condition.class);
        Map<Condition, Double> promptTokens = new EnumMap<>(Condition.class);
        for (Condition condition : Condition.values()) {
            FunctionClient.Reply reply = function.ask(
                    stated,
                    tests.stream().map(Example::input).toList(),
                    condition.mode(),
                    Math.clamp(maxTokens, LEAST_TOKENS, MOST_TOKENS));
            int right = 0;
            for (int i = 0; i < tests.size(); i++) {
                if (reply.outputs().get(i).strip().equals(tests.get(i).output().strip())) {
                    right++;
                }
            }
            exact.put(condition, (double) right / tests.size());
            promptTokens.put(condition, (double) reply.usage().promptTokens() / tests.size());
        }
        return new TaskResult(task.id(), task.family(), subject.group(), tests.size(), exact, promptTokens);
    }

    private static <T> List<T> draw(List<T> all, int most, SplittableRandom random) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        List<T> drawn = new ArrayList<>();
        order.stream().limit(most).sorted().forEach(i -> drawn.add(all.get(i)));
        return drawn;
    }
}
