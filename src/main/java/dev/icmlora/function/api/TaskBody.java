package dev.icmlora.function.api;

import java.util.List;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// A task as a client describes it: words, examples, or both.
public record TaskBody(String description, List<ExampleBody> examples) {

    public TaskBody {
        description = description == null ? "" : description;
        examples = examples == null ? List.of() : examples;
    }

    /// One worked example.
    public record ExampleBody(String input, String output) {}

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
