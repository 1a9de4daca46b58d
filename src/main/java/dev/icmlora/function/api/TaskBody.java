package dev.icmlora.function.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// A task as a client describes it: words, examples, or both; or by the name of a function that has been defined.
///
/// @param function name of a function, which brings the rest
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
        name = "Task",
        description = "A description, examples, or both; or a function's name alone.",
        additionalProperties = Schema.False.class)
public record TaskBody(
        @Schema(nullable = true, maxLength = 2000) String description,
        @Schema(nullable = true, maxItems = 64) List<ExampleBody> examples,

        @Schema(
                nullable = true,
                pattern = FunctionName.WHOLE_FORM,
                description = "Name of a function: its newest version, or a certain one with @ and its number")
        String function) {

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

    /// The task that is described. Whoever asks has checked that no example is missing.
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
