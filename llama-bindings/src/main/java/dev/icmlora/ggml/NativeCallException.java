package dev.icmlora.ggml;

/// A C function reported failure through its return value.
public non-sealed class NativeCallException extends NativeException {
    private static final long serialVersionUID = 1L;

    /// @param function C function that failed
    /// @param code its return value, 0 if it returned NULL or false
    /// @param detail what the library logged about it, or what was asked of it
    public NativeCallException(String function, int code, String detail) {
        super(
                function + " failed" + (code == 0 ? "" : " with code " + code)
                        + (detail.isBlank() ? "" : ": " + detail),
                null);
    }
}
