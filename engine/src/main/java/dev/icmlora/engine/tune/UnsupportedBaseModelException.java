package dev.icmlora.engine.tune;

/// The graph of the base model does not compute what this model does. Everything but tuning works with it.
public final class UnsupportedBaseModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    UnsupportedBaseModelException(String reason) {
        super("this base model cannot be tuned: " + reason);
        this.reason = reason;
    }

    /// What is wrong with it, as half a sentence: its architecture is ernie4_5, and ...
    public String reason() {
        return reason;
    }
}
