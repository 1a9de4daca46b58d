package dev.icmlora.llama;

import java.util.Objects;
import java.util.Optional;

/// Options by which the next token is chosen. The order is: grammar, penalties, then the most likely token
/// (temperature 0) or top-k, top-p, min-p, temperature and a draw.
///
/// @param temperature 0 to 100; 0 takes the most likely token
/// @param topK keep this many, 0 for all
/// @param topP keep the likeliest whose probabilities reach this sum, 1 for all
/// @param minP drop those less likely than this part of the likeliest, 0 for none
/// @param penalties of recent tokens
/// @param seed of the draw; -1 lets llama.cpp choose
/// @param grammar GBNF with a rule `root` that the text must follow, at most 16 KiB
public record SamplingOptions(
        float temperature, int topK, float topP, float minP, Penalties penalties, int seed, Optional<String> grammar) {
    /// The most likely token, always.
    public static final SamplingOptions GREEDY =
            new SamplingOptions(0, 0, 1, 0, new Penalties(1, 0, 0, 0), 0, Optional.empty());

    private static final int MAX_WINDOW = 1 << 16;
    private static final int MAX_GRAMMAR = 16 * 1024;
    private static final int MAX_GRAMMAR_DEPTH = 64;

    public SamplingOptions {
        require("temperature", temperature, 0, 100);
        require("topK", topK, 0, Integer.MAX_VALUE);
        require("topP", topP, 0, 1);
        require("minP", minP, 0, 1);
        Objects.requireNonNull(penalties, "penalties");
        Objects.requireNonNull(grammar, "grammar");
        grammar.ifPresent(SamplingOptions::requireGrammar);
    }

    /// What recent tokens lose.
    ///
    /// @param repeat divides the scores of recent tokens, above 0, 1 for none
    /// @param frequency taken off a recent token's score for each time it occurred
    /// @param presence taken off a recent token's score once
    /// @param window how many sampled tokens are recent, 0 turns penalties off
    public record Penalties(float repeat, float frequency, float presence, int window) {
        public Penalties {
            require("repeatPenalty", repeat, Float.MIN_VALUE, 100);
            require("frequencyPenalty", frequency, -100, 100);
            require("presencePenalty", presence, -100, 100);
            require("penaltyWindow", window, 0, MAX_WINDOW);
        }
    }

    private static void require(String name, double value, double minimum, double maximum) {
        if (!(value >= minimum && value <= maximum)) {
            throw new IllegalArgumentException(name + " is " + minimum + " to " + maximum + ", not " + value);
        }
    }

    /// The parser of llama.cpp recurses on nesting and on rules, so both are bounded before a user's grammar
    /// can overflow a native stack.
    private static void requireGrammar(String text) {
        if (text.isBlank() || text.length() > MAX_GRAMMAR || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "a grammar has 1 to " + MAX_GRAMMAR + " characters without U+0000, not " + text.length());
        }
        int depth = 0;
        char closing = 0; // of the literal or character class that we are in
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (closing != 0) {
                i += c == '\\' ? 1 : 0;
                closing = c == closing ? 0 : closing;
            } else if (c == '"' || c == '[') {
                closing = c == '"' ? '"' : ']';
            } else {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            }
            if (depth > MAX_GRAMMAR_DEPTH) {
                throw new IllegalArgumentException("a grammar nests at most " + MAX_GRAMMAR_DEPTH + " groups");
            }
        }
    }

    public SamplingOptions withTemperature(float temperature) {
        return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
    }

    public SamplingOptions withTopK(int topK) {
        return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
    }

    public SamplingOptions withTopP(float topP) {
        return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
    }

    public SamplingOptions withMinP(float minP) {
        return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
    }

    public SamplingOptions withPenalties(float repeat, float frequency, float presence, int window) {
        Penalties others = new Penalties(repeat, frequency, presence, window);
        return new SamplingOptions(temperature, topK, topP, minP, others, seed, grammar);
    }

    public SamplingOptions withSeed(int seed) {
        return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
    }

    public SamplingOptions withGrammar(String text) {
        return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, Optional.of(text));
    }
}
