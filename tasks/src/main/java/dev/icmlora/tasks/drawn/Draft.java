package dev.icmlora.tasks.drawn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.recipe.TaskRecipe;
import dev.icmlora.tasks.suite.SuiteTask;

/// A task on its way.
///
/// @param descriptions that ask for it, in different styles
/// @param examples in random order
record Draft(List<String> descriptions, List<Example> examples) {
    Draft {
        descriptions = List.copyOf(descriptions);
        examples = List.copyOf(examples);
    }

    static Draft of(SuiteTask task) {
        return new Draft(task.descriptions(), task.train());
    }

    Draft describedAs(List<String> others) {
        return new Draft(others, examples);
    }

    /// Each description in other words.
    Draft describedAs(UnaryOperator<String> worded) {
        return new Draft(descriptions.stream().map(worded).toList(), examples);
    }

    Draft withExamples(List<Example> others) {
        return new Draft(descriptions, others);
    }

    Draft withExamples(UnaryOperator<Example> changed) {
        return new Draft(descriptions, examples.stream().map(changed).toList());
    }

    /// The answers by input, as inputs are compared.
    Map<String, String> answers() {
        Map<String, String> answers = new LinkedHashMap<>();
        examples.forEach(example -> answers.putIfAbsent(TaskRecipe.normalised(example.input()), example.output()));
        return answers;
    }

    List<String> differentAnswers() {
        return examples.stream().map(Example::output).distinct().toList();
    }

    /// Without examples that say nothing, that are too long, or that ask what another one asks.
    Draft clean(int mostCharacters) {
        List<Example> clean = examples.stream()
                .map(example ->
                        new Example(example.input().strip(), example.output().strip()))
                .filter(example -> !example.input().isEmpty()
                        && !example.output().isEmpty()
                        && !example.input().equals(example.output())
                        && example.input().length() <= mostCharacters
                        && example.output().length() <= mostCharacters)
                .collect(Collectors.collectingAndThen(
                        Collectors.toMap(
                                example -> TaskRecipe.normalised(example.input()),
                                example -> example,
                                (first, _) -> first,
                                LinkedHashMap::new),
                        all -> new ArrayList<>(all.values())));
        return withExamples(clean);
    }

    /// Whether an input has two answers.
    boolean contradictsItself() {
        Map<String, String> answers = answers();
        return examples.stream()
                .anyMatch(example ->
                        !answers.get(TaskRecipe.normalised(example.input())).equals(example.output()));
    }
}
