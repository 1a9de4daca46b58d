package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// A task as a client describes it: words, examples, or both; or by the name of a function that has been defined.
///
/// @param function name of a function, which brings the rest
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TaskBody(String description, List<ExampleBody> examples, String function) {

    public TaskBody {
        description = description == null ? "" : description;
        examples = examples == null ? List.of() : examples;
    }

    /// A worked example.
    public record ExampleBody(String input, String output) {}

    public TaskBody(String description, List<ExampleBody> examples) {
        this(description, examples, null);
    }

    public static TaskBody of(Task task) {
        return new TaskBody(
                task.description(),
                task.examples().stream()
                        .map(example -> new ExampleBody(example.input(), example.output()))
                        .toList());
    }

    /// Whether a function says what the task is.
    @JsonIgnore
    public boolean isNamed() {
        return function != null;
    }

    /// The task that is described. The caller has checked that no example is missing.
    ///
    /// @throws IllegalStateException if a function's name stands in place of the description
    public Task toTask() {
        if (function != null) {
            throw new IllegalStateException("nobody has looked up " + function);
        }
        return new Task(
                description,
                examples.stream()
                        .map(example -> new Example(example.input(), example.output()))
                        .toList());
    }
}
