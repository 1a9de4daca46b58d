package dev.icmlora.trainer.eval;

import java.util.List;
import java.util.SplittableRandom;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.suite.SuiteTask;

/// What is asked of a task, in every condition alike.
///
/// @param examples as many as any condition shows
/// @param tests inputs with the expected answers
record Question(String description, List<Example> examples, List<Example> tests) {
    private static final int LEAST_TOKENS = 8;
    private static final int MOST_TOKENS = 48;

    /// Drawn from the task's descriptions, training examples and test examples; the same for the same seed.
    ///
    /// @param examples at most
    /// @param inputs at most
    static Question of(SuiteTask task, int examples, int inputs, long seed) {
        SplittableRandom random = random(task, seed);
        String description =
                task.descriptions().get(random.nextInt(task.descriptions().size()));
        return new Question(
                description,
                Evaluation.draw(task.train(), examples, random),
                Evaluation.draw(task.test(), inputs, random));
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

    /// Each test with its answer, the description before it.
    List<Prompt> answered(PromptFormat format) {
        return tests.stream()
                .map(test -> format.packed(description, List.of(test)))
                .toList();
    }

    int maxTokens() {
        int longest =
                tests.stream().mapToInt(test -> test.output().length()).max().orElseThrow();
        return Math.clamp(longest, LEAST_TOKENS, MOST_TOKENS);
    }
}
