package dev.icmlora.generator.task;

import java.io.Serializable;
import java.util.Objects;

/// A worked example of a task: an input and its right output, as plain text.
public record Example(String input, String output) implements Serializable {
    public Example {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(output, "output");
    }
}
