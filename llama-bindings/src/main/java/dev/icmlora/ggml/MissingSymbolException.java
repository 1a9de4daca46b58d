package dev.icmlora.ggml;

/// A library was loaded but lacks a function that the bindings need: it is another version or another build.
public final class MissingSymbolException extends NativeException {
    private static final long serialVersionUID = 1L;

    public MissingSymbolException(String message, Throwable cause) {
        super(message, cause);
    }
}
