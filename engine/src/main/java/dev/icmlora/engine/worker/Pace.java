package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.List;

/// How long a worker takes for a token that it reads, by what it read lately, whatever else takes the processors.
/// Written by the worker's thread, read by others.
public final class Pace {

    /// A batch reads all weights, and takes as long as one of so many tokens at least.
    private static final int LEAST = 16;
    /// Tokens after which what was before counts half.
    private static final int REMEMBERED = 128;
    /// Tokens of the likely spans of a text, usually.
    private static final int SPANS = 32;

    /// That of a slow machine until something is read.
    private volatile double seconds = 2e-3;

    public void read(int tokens, long nanos) {
        var counted = Math.max(LEAST, tokens);
        seconds += (nanos / 1e9 / counted - seconds) * counted / (counted + REMEMBERED);
    }

    /// Of one token.
    public double seconds() {
        return seconds;
    }

    /// Tokens of some prompts, those that all begin with once.
    public static int tokens(List<int[]> prompts) {
        var shared = shared(prompts);
        return shared
                + prompts.stream().mapToInt(prompt -> prompt.length - shared).sum();
    }

    /// Tokens that take as long to read as some prompts with their answers.
    ///
    /// @param length of each text that is written
    public static int tokens(List<int[]> prompts, Wanted wanted, int length) {
        var answers = prompts.size();
        var shared = shared(prompts);
        // A short beginning is not kept.
        var again = shared < DecodeRequest.leastKept(prompts, wanted) ? shared * (answers - 1) : 0;
        return tokens(prompts)
                + again
                + switch (wanted) {
                    case Decoding text -> Math.max(LEAST, 2 * answers) * Math.min(text.maxTokens(), length);
                    case Choosing choosing -> answers * choosing.labels().readTokens();
                    case Extracting _ -> answers * SPANS;
                };
    }

    private static int shared(List<int[]> prompts) {
        if (prompts.size() < 2) {
            return 0;
        }
        var first = prompts.getFirst();
        var shared = first.length;
        for (var prompt : prompts) {
            var difference = Arrays.mismatch(first, prompt);
            shared = Math.min(shared, difference < 0 ? first.length : difference);
            shared = Math.min(shared, prompt.length - 1);
        }
        return shared;
    }
}
