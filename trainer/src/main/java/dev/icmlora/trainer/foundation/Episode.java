package dev.icmlora.trainer.foundation;

import java.util.List;
import java.util.random.RandomGenerator;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.model.Batch;

/// A request as tuning sees it, and what is asked afterwards.
///
/// @param description that the request brings, or none
/// @param examples that it brings
/// @param questions others of the task, with their answers
public record Episode(String description, List<Example> examples, List<Example> questions) {
    public Episode {
        examples = List.copyOf(examples);
        questions = List.copyOf(questions);
    }

    /// The examples as questions, which is how tuning sees them.
    Batch.Sample toTune(PromptFormat format, int owner) {
        return asked(description, examples, format, owner);
    }

    Batch.Sample toAnswer(PromptFormat format, int owner) {
        return asked(description, questions, format, owner);
    }

    /// The questions as one prompt, each with those before it and their answers in view.
    Batch.Sample inContext(PromptFormat format, int owner) {
        return new Batch.Sample(format.packed(description, questions), owner);
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
