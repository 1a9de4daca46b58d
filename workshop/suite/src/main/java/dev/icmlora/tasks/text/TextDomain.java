package dev.icmlora.tasks.text;

import java.util.List;

import dev.icmlora.generator.task.Example;

/// A kind of text, to be continued: measured by how well it is predicted, not by exact match.
///
/// @param name such as `man-pages`
/// @param source where its texts came from
/// @param descriptions what people might write to ask for a continuation, in different styles
/// @param train passages to learn from, each an opening and its continuation, in random order
/// @param test passages to measure with; none shares more than a few phrases with those of `train`
public record TextDomain(
        String name, String source, List<String> descriptions, List<Example> train, List<Example> test) {

    public TextDomain {
        descriptions = List.copyOf(descriptions);
        train = List.copyOf(train);
        test = List.copyOf(test);
    }
}
