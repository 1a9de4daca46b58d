package dev.icmlora.ggml;

/// A GGUF file breaks the format. Says at which byte offset and why; the only exception that reading a bad
/// file raises.
public final class GgufFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GgufFormatException(long offset, String reason) {
        super("bad GGUF at byte " + offset + ": " + reason);
    }
}
