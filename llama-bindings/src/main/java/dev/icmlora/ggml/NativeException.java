package dev.icmlora.ggml;

/// A failure at the border to native code: a library is missing, or a call failed.
public abstract sealed class NativeException extends RuntimeException
        permits MissingLibraryException, NativeCallException {
    private static final long serialVersionUID = 1L;

    NativeException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Whether it failed for no reason that lies in what was computed, as with a GPU that is lost.
    public boolean isFatal() {
        return false;
    }
}
