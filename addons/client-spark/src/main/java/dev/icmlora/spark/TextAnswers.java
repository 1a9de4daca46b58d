package dev.icmlora.spark;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What answers the texts of a partition, a batch at a time. Belongs to the partition's task.
abstract class TextAnswers {

    private static final Pattern INPUT = Pattern.compile("/inputs/(\\d{1,9})");

    private final CalledFunction function;

    TextAnswers(CalledFunction function) {
        this.function = function;
    }

    /// How many texts a batch should have.
    int batchSize() {
        return function.options().batchSize();
    }

    /// The answers to texts, each by its text.
    ///
    /// @throws RuntimeException if a text has no answer and that is to fail the task, or the task was killed
    abstract Map<String, Answer> answers(List<String> texts);

    /// Notes which texts of a batch are refused.
    ///
    /// @param errors sentences by the fields that they are about, such as `/inputs/3`
    /// @param into takes what was refused
    /// @return the other texts; all of them where an error is about more than a text
    final List<String> refuse(Map<String, String> errors, List<String> texts, Map<String, Answer> into) {
        Map<Integer, String> refused = new TreeMap<>();
        for (Map.Entry<String, String> error : errors.entrySet()) {
            Matcher input = INPUT.matcher(error.getKey());
            if (!input.matches() || Integer.parseInt(input.group(1)) >= texts.size()) {
                return texts;
            }
            refused.put(Integer.valueOf(input.group(1)), error.getValue().replace(error.getKey(), "the text"));
        }
        refused.forEach((i, reason) -> into.put(texts.get(i), Answer.refused(reason, function.version())));
        return IntStream.range(0, texts.size())
                .filter(i -> !refused.containsKey(i))
                .mapToObj(texts::get)
                .toList();
    }
}
