package dev.icmlora.bench;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Tasks to ask for. Each is new: no two are alike, within a run or between runs of a server.
final class Tasks {

    private static final List<String> VERBS =
            List.of("Translate", "Sort", "Count", "Shorten", "Reverse", "Classify", "Extract", "Describe");
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Tasks() {}

    static Map<String, Object> withExamples(int examples) {
        var number = NUMBER.incrementAndGet();
        var verb = VERBS.get(number % VERBS.size());
        return Map.of(
                "description",
                verb + " the words of the customer's message number " + number + " as the examples show.",
                "examples",
                IntStream.range(0, examples)
                        .mapToObj(i -> Map.of(
                                "input", "Please send parcel " + (number + i) + " to the red house by the river.",
                                "output", "parcel " + (number + i) + ", red house"))
                        .toList());
    }

    /// Examples of 40 tokens.
    static Map<String, Object> withTexts(int examples) {
        var number = NUMBER.addAndGet(examples);
        return Map.of(
                "description",
                "Who is the order from, asks number " + number,
                "examples",
                IntStream.range(0, examples)
                        .mapToObj(i -> Map.of(
                                "input",
                                "Order " + (number + i)
                                        + " came in late on Monday, from the bakery at the corner of the long street, and is"
                                        + " to be sent out before the end of the week.",
                                "output",
                                "bakery " + (number + i)))
                        .toList());
    }

    /// A description alone.
    static Map<String, Object> described() {
        return withExamples(0);
    }

    /// A prompt that has little in common with the others.
    static String prompt(int number) {
        return number + " travellers set out from the old town in the year " + (1000 + number)
                + ". They had been told that the road was long, that the rivers were high, and that nobody had come back"
                + " from the mountains since the spring. On the first evening they";
    }
}
