package dev.icmlora.evaluation;

import java.util.List;
import java.util.SplittableRandom;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.tasks.suite.SuiteTask;

/// What is asked of a task, in every condition alike.
///
/// @param examples as many as any condition shows
/// @param tests inputs with the expected answers
record Question(String description, List<Example> examples, List<Example> tests) {
    /// So many tokens more than the right answer has show that one does not end where it should.
    private static final int SPARE_TOKENS = 8;

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

    /// Enough for every right answer.
    int maxTokens(PromptFormat format) {
        return SPARE_TOKENS
                + tests.stream()
                        .mapToInt(test -> format.answer(test.output()).length)
                        .max()
                        .orElseThrow();
    }

    /// How many of the answers are the expected text, but for white space around it.
    int right(List<String> answers) {
        int right = 0;
        for (int i = 0; i < tests.size(); i++) {
            if (answers.get(i).strip().equals(tests.get(i).output().strip())) {
                right++;
            }
        }
        return right;
    }
}
