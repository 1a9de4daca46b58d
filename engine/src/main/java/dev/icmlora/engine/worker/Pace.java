package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.List;

/// How long a worker takes for a token that it reads, by what it read lately, whatever else takes the processors.
/// Written by the worker's thread, read by others.
public final class Pace {

    /// A batch reads all weights, and takes as long as one of so many tokens at least.
    private static final int LEAST = 16;
    /// Tokens after which what was before counts half.
    private static final double REMEMBERED = 128;

    /// Of a slow machine, until something was read.
    private volatile double seconds = 2e-3;

    public void read(int tokens, long nanos) {
        var counted = Math.max(LEAST, tokens);
        seconds += (nanos / 1e9 / counted - seconds) * counted / (counted + REMEMBERED);
    }

    /// Of one token.
    public double seconds() {
        return seconds;
    }

    /// Tokens that take as long to read as some prompts, what all begin with once, and as texts to write after them.
    ///
    /// @param length of each text
    public static int tokens(List<int[]> prompts, int length) {
        var shared = shared(prompts);
        var own = prompts.stream().mapToInt(prompt -> prompt.length - shared).sum();
        return shared + own + Math.max(LEAST, 2 * prompts.size()) * length;
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
