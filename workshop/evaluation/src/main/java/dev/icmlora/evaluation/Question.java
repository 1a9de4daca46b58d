package dev.icmlora.evaluation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.tasks.suite.SuiteTask;

/// The examples and inputs of a task, the same in every condition.
///
/// @param examples as many as any condition needs
/// @param tests inputs with the expected answers
record Question(String description, List<Example> examples, List<Example> tests) {
    /// So many tokens more than the right answer has show that one does not end where it should.
    private static final int SPARE_TOKENS = 8;

    private static final int MOST_EXAMPLES = 64;

    /// Drawn from the task's descriptions, training examples and test examples; the same for the same seed. What
    /// few conditions need is drawn last, so that it changes nothing for the others.
    ///
    /// @param few examples that are drawn first, at most
    /// @param inputs at most
    static Question of(SuiteTask task, int few, int inputs, long seed) {
        SplittableRandom random = random(task, seed);
        String description =
                task.descriptions().get(random.nextInt(task.descriptions().size()));
        List<Example> first = Evaluation.draw(task.train(), few, random);
        List<Example> tests = Evaluation.draw(task.test(), inputs, random);
        List<Example> rest = task.train().stream()
                .filter(example -> !first.contains(example))
                .toList();
        List<Example> more = Evaluation.draw(rest, MOST_EXAMPLES - first.size(), random);
        return new Question(
                description, Stream.concat(first.stream(), more.stream()).toList(), tests);
    }

    /// So many examples of each label, or of all. Fewer of them, with the same seed, are among more; the inputs are the
    /// same.
    ///
    /// @param each examples of a label, or in all, at most
    /// @param inputs at most
    static Question balanced(SuiteTask task, boolean labelled, int each, int inputs, long seed) {
        SplittableRandom random = random(task, seed);
        String description =
                task.descriptions().get(random.nextInt(task.descriptions().size()));
        List<Example> tests = Evaluation.draw(task.test(), inputs, random);
        Map<String, Integer> counts = new HashMap<>();
        List<Example> examples = Evaluation.order(task.train().size(), random).stream()
                .map(task.train()::get)
                .filter(example -> counts.merge(labelled ? example.output() : "", 1, Integer::sum) <= each)
                .toList();
        return new Question(description, examples, tests);
    }

    /// The same with its examples in another order.
    Question shuffled(long seed) {
        List<Example> shuffled = new ArrayList<>(examples);
        Collections.shuffle(shuffled, new SplittableRandom(seed));
        return new Question(description, shuffled, tests);
    }

    static SplittableRandom random(SuiteTask task, long seed) {
        return new SplittableRandom(seed ^ 0x9E3779B97F4A7C15L * task.id().hashCode());
    }

    /// The task as it is stated with so many examples.
    Task task(int shown) {
        return new Task(description, examples.subList(0, Math.min(shown, examples.size())));
    }

    List<String> inputs() {
        return tests.stream().map(Example::input).toList();
    }

    List<int[]> prompts(PromptFormat format, int shown) {
        Task task = task(shown);
        return inputs().stream()
                .map(input ->
                        format.query(task.description(), task.examples(), input).tokens())
                .toList();
    }

    /// Enough for every right answer.
    int maxTokens(PromptFormat format) {
        return SPARE_TOKENS
                + tests.stream()
                        .mapToInt(test -> format.answer(test.output()).length)
                        .max()
                        .orElseThrow();
    }

    /// The same without the base model's tokens: none is shorter than a byte.
    int maxBytes() {
        return SPARE_TOKENS
                + tests.stream()
                        .mapToInt(test -> test.output().getBytes(StandardCharsets.UTF_8).length)
                        .max()
                        .orElseThrow();
    }

    /// How many of the answers are the expected text, but for white space around it.
    int right(List<String> answers) {
        int right = 0;
        for (int i = 0; i < tests.size(); i++) {
            right += isRight(i, answers.get(i)) ? 1 : 0;
        }
        return right;
    }

    /// Whether an answer is the expected text of a test, but for white space around it.
    boolean isRight(int test, String answer) {
        return answer.strip().equals(tests.get(test).output().strip());
    }
}
