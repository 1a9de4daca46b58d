package dev.icmlora.ggml;

/// A native library is absent, damaged, of another version, without a function that the bindings need, or refused
/// by the dynamic linker.
public final class MissingLibraryException extends NativeException {
    private static final long serialVersionUID = 1L;

    public MissingLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
