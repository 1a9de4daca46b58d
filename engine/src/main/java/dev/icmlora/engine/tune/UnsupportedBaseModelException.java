package dev.icmlora.engine.tune;

/// The graph of the base model does not compute what this model does. Everything but tuning works with it.
public final class UnsupportedBaseModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedBaseModelException(String message) {
        super("this base model cannot be tuned: " + message);
    }
}
