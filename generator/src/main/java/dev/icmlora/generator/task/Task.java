package dev.icmlora.generator.task;

import java.util.List;
import java.util.Objects;

/// A task as a client states it: a description in words, worked examples, or both.
///
/// @param description what to do; empty when the examples alone say it
/// @param examples worked examples; empty when the description alone says it
public record Task(String description, List<Example> examples) {
    public Task {
        Objects.requireNonNull(description, "description");
        examples = List.copyOf(examples);
        if (description.isBlank() && examples.isEmpty()) {
            throw new IllegalArgumentException("a task needs a description or at least one example");
        }
    }
}
