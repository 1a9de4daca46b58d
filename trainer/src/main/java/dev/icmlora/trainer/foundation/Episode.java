package dev.icmlora.trainer.foundation;

import java.util.List;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.model.Batch;

/// A request of a task, and what is asked under its adapter.
///
/// @param description that the request brings, or none
/// @param examples that it brings, of which the task vector is made
/// @param questions others of the task, with their answers
record Episode(String description, List<Example> examples, List<Example> questions) {
    Episode {
        examples = List.copyOf(examples);
        questions = List.copyOf(questions);
    }

    Batch.Sample toAnswer(PromptFormat format, int owner) {
        return asked(description, questions, format, owner);
    }

    /// The questions as one prompt, each with those before it and their answers in view.
    Batch.Sample inContext(PromptFormat format, int owner) {
        return new Batch.Sample(format.packed(description, questions), owner);
    }

    /// Of the questions, or of the examples if these are longer.
    int tokens(PromptFormat format) {
        return Math.max(
                asked(description, examples, format, 0).length(),
                toAnswer(format, 0).length());
    }

    /// Whether there is but one question.
    boolean isLeast() {
        return questions.size() == 1;
    }

    /// With one question less, and one example less if there are several.
    Episode smaller() {
        return new Episode(
                description,
                examples.subList(0, Math.max(1, examples.size() - 1)),
                questions.subList(0, questions.size() - 1));
    }

    /// What the task vector is made of: the description alone as often as with the examples; without a description,
    /// some of them.
    Task condition(RandomGenerator random) {
        int most = examples.size();
        int count = description.isEmpty() ? random.nextInt(1, most + 1) : random.nextBoolean() ? 0 : most;
        return new Task(description, examples.subList(0, count));
    }

    static Batch.Sample asked(String description, List<Example> asked, PromptFormat format, int owner) {
        return new Batch.Sample(
                asked.stream()
                        .map(example -> format.packed(description, List.of(example)))
                        .toList(),
                owner);
    }
}
