package dev.icmlora.function.api;

import java.util.List;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// A task as a client describes it: words, examples, or both.
@Schema(name = "Task", description = "A description, examples, or both.", additionalProperties = Schema.False.class)
public record TaskBody(
        @Schema(nullable = true, maxLength = 2000) String description,
        @Schema(nullable = true, maxItems = 64) List<ExampleBody> examples) {

    public TaskBody {
        description = description == null ? "" : description;
        examples = examples == null ? List.of() : examples;
    }

    /// One worked example.
    @Schema(name = "Example", additionalProperties = Schema.False.class)
    public record ExampleBody(
            @Schema(required = true, minLength = 1, maxLength = 2000)
            String input,

            @Schema(required = true, minLength = 1, maxLength = 2000)
            String output) {}

    public static TaskBody of(Task task) {
        return new TaskBody(
                task.description(),
                task.examples().stream()
                        .map(example -> new ExampleBody(example.input(), example.output()))
                        .toList());
    }

    /// The task that is described. Whoever asks has checked that no example is missing.
    public Task toTask() {
        return new Task(
                description,
                examples.stream()
                        .map(example -> new Example(example.input(), example.output()))
                        .toList());
    }
}
