package dev.icmlora.engine.selection;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;

/// Inputs that say nothing, in the words of a task's examples: words of all of them in random order.
///
/// What a model answers to these, it answers whatever it is asked
/// ([dev.icmlora.engine.worker.LabelBias]). The same examples give the same inputs.
public final class MeaninglessInputs {
    private static final int INPUTS = 8;
    private static final int MOST_CHARACTERS = 100;
    private static final int SEED = 1;

    private MeaninglessInputs() {}

    /// As many words each as one of the examples, and none where these have no word.
    public static List<String> of(List<Example> examples) {
        List<String[]> inputs = examples.stream()
                .map(example -> example.input().strip().split("\\s+"))
                .toList();
        List<String> words = inputs.stream()
                .flatMap(Stream::of)
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty()) {
            return List.of();
        }
        Random random = new Random(SEED);
        return Stream.generate(() -> text(words, inputs.get(random.nextInt(inputs.size())).length, random))
                .limit(INPUTS)
                .toList();
    }

    private static String text(List<String> words, int count, Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count && text.length() < MOST_CHARACTERS; i++) {
            text.append(text.isEmpty() ? "" : " ").append(words.get(random.nextInt(words.size())));
        }
        return cut(text);
    }

    /// Between two characters, and not within one that takes two places.
    private static String cut(StringBuilder text) {
        int end = Math.min(text.length(), MOST_CHARACTERS);
        return text.substring(0, end < text.length() && Character.isLowSurrogate(text.charAt(end)) ? end - 1 : end);
    }
}
