package dev.icmlora.function.api;

import java.util.List;

/// A task as a client describes it: words, examples, or both.
public record TaskBody(String description, List<ExampleBody> examples) {

    public TaskBody {
        description = description == null ? "" : description;
        examples = examples == null ? List.of() : examples;
    }

    /// One worked example.
    public record ExampleBody(String input, String output) {}
}
