package dev.icmlora.tasks.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;

/// Texts cut into openings and continuations, split so that no test passage is largely a copy of a training passage:
/// licences, above all, repeat each other.
///
/// @param train short ones, as an example of a task is, cut from at most [#MOST_TRAIN] passages
/// @param test long ones, at most [#MOST_TEST]
record Passages(List<Example> train, List<Example> test) {
    static final int MOST_TRAIN = 200;
    static final int MOST_TEST = 40;

    private static final int LENGTH = 600;
    private static final int OPENING = 200;
    private static final int SHORT_LENGTH = 240;
    private static final int SHORT_OPENING = 80;
    private static final int TEST_OF = 4;
    private static final int PHRASE = 8;
    private static final double MOST_SHARED = 0.1;
    private static final long SEED = 1;

    /// @param texts in a fixed order
    static Passages of(List<String> texts) {
        Set<Example> distinct = new LinkedHashSet<>();
        texts.forEach(text -> cut(text, distinct));
        List<Example> all = new ArrayList<>(distinct);
        Collections.shuffle(all, new SplittableRandom(SEED));
        List<Example> train = all.subList(0, Math.min(MOST_TRAIN, all.size() - all.size() / TEST_OF));
        Set<List<String>> known = new HashSet<>();
        train.forEach(passage -> known.addAll(phrases(passage)));
        List<Example> test = all.subList(train.size(), all.size()).stream()
                .filter(passage -> shared(passage, known) <= MOST_SHARED)
                .limit(MOST_TEST)
                .toList();
        return new Passages(train.stream().flatMap(Passages::shorter).distinct().toList(), test);
    }

    /// Windows that end with a line; the rest of a text is too short for one.
    private static void cut(String text, Set<Example> passages) {
        StringBuilder window = new StringBuilder();
        for (String line : text.lines().map(String::stripTrailing).toList()) {
            window.append(line).append('\n');
            if (window.length() >= LENGTH) {
                String passage = window.substring(0, Math.min(window.length(), 2 * LENGTH))
                        .strip();
                int opening = passage.indexOf(' ', OPENING);
                if (opening > 0 && opening < LENGTH && passage.length() - opening > OPENING) {
                    passages.add(new Example(passage.substring(0, opening), passage.substring(opening + 1)));
                }
                window.setLength(0);
            }
        }
    }

    /// A passage in pieces that each have an opening of their own.
    private static Stream<Example> shorter(Example passage) {
        String text = passage.input() + " " + passage.output();
        Stream.Builder<Example> pieces = Stream.builder();
        for (int from = 0; from + SHORT_LENGTH < text.length(); ) {
            int opening = text.indexOf(' ', from + SHORT_OPENING);
            int end = text.indexOf(' ', from + SHORT_LENGTH);
            if (end < 0) {
                end = text.length();
            }
            if (opening < 0 || opening - from > 2 * SHORT_OPENING) {
                break;
            }
            String input = text.substring(from, opening).strip();
            String output = text.substring(opening + 1, end).strip();
            if (!input.isEmpty() && !output.isEmpty()) {
                pieces.add(new Example(input, output));
            }
            from = Math.min(end + 1, text.length());
        }
        return pieces.build();
    }

    static double shared(Example passage, Set<List<String>> known) {
        Set<List<String>> phrases = phrases(passage);
        return phrases.isEmpty()
                ? 0
                : (double) phrases.stream().filter(known::contains).count() / phrases.size();
    }

    static Set<List<String>> phrases(Example passage) {
        List<String> words =
                List.of((passage.input() + " " + passage.output()).strip().split("\\s+"));
        Set<List<String>> phrases = new HashSet<>();
        for (int i = 0; i + PHRASE <= words.size(); i++) {
            phrases.add(List.copyOf(words.subList(i, i + PHRASE)));
        }
        return phrases;
    }
}
