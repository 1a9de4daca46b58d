package dev.icmlora.engine.tune;

/// An example that is longer than what a sequence may have.
public final class UnfitExampleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int example;
    private final int tokens;
    private final int limit;

    UnfitExampleException(int example, int tokens, int limit) {
        super("example " + example + " has " + tokens + " tokens with the description, " + limit + " fit");
        this.example = example;
        this.tokens = tokens;
        this.limit = limit;
    }

    /// Its index among the task's examples.
    public int example() {
        return example;
    }

    /// Of description, input and output with the markup around them.
    public int tokens() {
        return tokens;
    }

    /// The most tokens that it may have.
    public int limit() {
        return limit;
    }
}
