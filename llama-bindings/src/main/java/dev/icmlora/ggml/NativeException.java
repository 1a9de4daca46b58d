package dev.icmlora.ggml;

/// What can go wrong at the border to native code, as three different failures: a library is missing, a
/// symbol is missing, a call failed.
public abstract sealed class NativeException extends RuntimeException
        permits MissingLibraryException, MissingSymbolException, NativeCallException {
    private static final long serialVersionUID = 1L;

    NativeException(String message, Throwable cause) {
        super(message, cause);
    }
}
