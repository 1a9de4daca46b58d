package dev.icmlora.generator.task;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/// A task as a client states it: a description in words, worked examples, or both; neither where an
/// adapter came without a word about its task.
///
/// @param description what to do; empty when the examples alone say it
/// @param examples worked examples; empty when the description alone says it
public record Task(String description, List<Example> examples) implements Serializable {
    /// Nothing is said.
    public static final Task NONE = new Task("", List.of());

    public Task {
        Objects.requireNonNull(description, "description");
        examples = List.copyOf(examples);
    }

    /// Memory that its texts take.
    public int bytes() {
        int characters = examples.stream()
                .mapToInt(example -> example.input().length() + example.output().length())
                .sum();
        return Character.BYTES * (description.length() + characters);
    }

    /// Whether nothing is said.
    public boolean isEmpty() {
        return description.isBlank() && examples.isEmpty();
    }
}
