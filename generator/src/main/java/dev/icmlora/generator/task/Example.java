package dev.icmlora.generator.task;

import java.util.Objects;

/// One worked example of a task: what goes in, what must come out, as plain text.
public record Example(String input, String output) {
    public Example {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(output, "output");
    }
}
