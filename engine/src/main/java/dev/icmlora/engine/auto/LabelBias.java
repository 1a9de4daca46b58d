package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.generator.task.Example;

/// How much likelier a model finds some labels than others whatever it is asked: what it answers to inputs that say
/// nothing (domain-context calibration, arXiv 2305.19148 section 4). These are words of a task's examples in random
/// order.
///
/// Half of it is taken away from each answer. Inputs that say nothing tell the bias roughly, and taking all of it
/// away makes some tasks worse.
///
/// @param logs added to the labels' log-probabilities; one for each label in their order, or none
record LabelBias(List<Double> logs) implements Serializable {
    /// All labels are as likely as the model says.
    static final LabelBias NONE = new LabelBias(List.of());

    private static final double SHARE_TAKEN_AWAY = 0.5;
    /// A label that is less likely counts as if it were so likely.
    private static final double LEAST = 1e-9;

    private static final int INPUTS = 8;
    private static final int MOST_CHARACTERS = 100;
    private static final int SEED = 1;

    LabelBias {
        logs = List.copyOf(logs);
    }

    /// @param meaningless answers to inputs that say nothing; no bias is known of none
    static LabelBias of(List<Answer> meaningless) {
        if (meaningless.isEmpty()) {
            return NONE;
        }
        return new LabelBias(meaningless.getFirst().labels().keySet().stream()
                .map(label -> -SHARE_TAKEN_AWAY * meanLog(meaningless, label))
                .toList());
    }

    private static double meanLog(List<Answer> answers, String label) {
        return answers.stream()
                .mapToDouble(answer -> Math.log(Math.max(answer.labels().get(label), LEAST)))
                .average()
                .orElseThrow();
    }

    /// Inputs that say nothing, of as many words each as one of the examples, and none where these have no word. The
    /// same examples give the same inputs.
    static List<String> meaningless(List<Example> examples) {
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
