package dev.icmlora.generator.network;

/// A generator file that cannot be used; the message says what was expected and what was found.
public final class InvalidGeneratorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidGeneratorException(String message) {
        super(message);
    }

    public InvalidGeneratorException(String message, Throwable cause) {
        super(message, cause);
    }
}
