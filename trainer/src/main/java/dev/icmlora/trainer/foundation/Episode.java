package dev.icmlora.trainer.foundation;

import java.util.List;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
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
        return asked(examples, format, owner);
    }

    Batch.Sample toAnswer(PromptFormat format, int owner) {
        return asked(questions, format, owner);
    }

    /// The examples as one prompt, each answered with those before it in view.
    Batch.Sample inContext(PromptFormat format, int owner) {
        return new Batch.Sample(format.packed(description, examples), owner);
    }

    private Batch.Sample asked(List<Example> asked, PromptFormat format, int owner) {
        return new Batch.Sample(
                asked.stream()
                        .map(example -> format.packed(description, List.of(example)))
                        .toList(),
                owner);
    }
}
