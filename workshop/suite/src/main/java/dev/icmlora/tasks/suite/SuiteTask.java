package dev.icmlora.tasks.suite;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// One task of the suite.
///
/// @param id `family/name`, unique in the suite
/// @param family name of the family that made the task
/// @param descriptions what people might write to ask for the task, in different styles; at least 8
/// @param train examples to learn from or to show in a prompt, in random order
/// @param test examples to measure with, in random order; no input occurs in `train` too
public record SuiteTask(String id, String family, List<String> descriptions, List<Example> train, List<Example> test)
        implements Serializable {

    private static final int MOST_LABELS = 20;

    public SuiteTask {
        descriptions = List.copyOf(descriptions);
        train = List.copyOf(train);
        test = List.copyOf(test);
    }

    /// What the task asks and the answers, train and test together, as they are compared with those of other tasks.
    public List<Example> pairs() {
        return Stream.concat(train.stream(), test.stream()).map(SuiteTask::pair).toList();
    }

    /// An example as it is compared with those of other tasks: case and white space of the input aside.
    public static Example pair(Example example) {
        return new Example(TaskRecipe.normalised(example.input()), example.output());
    }

    /// The labels that a request for this task would name: all its answers, in alphabetical order.
    ///
    /// @return empty where there are too many for that
    public Optional<List<String>> labels() {
        List<String> answers = Stream.concat(train.stream(), test.stream())
                .map(Example::output)
                .distinct()
                .sorted()
                .toList();
        return answers.size() > 1 && answers.size() <= MOST_LABELS ? Optional.of(answers) : Optional.empty();
    }

    /// Number of distinct examples, train and test together.
    public int size() {
        return train.size() + test.size();
    }
}
