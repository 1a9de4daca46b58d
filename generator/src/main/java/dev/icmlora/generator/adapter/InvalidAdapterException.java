package dev.icmlora.generator.adapter;

/// An adapter that cannot be read, or not be served.
public final class InvalidAdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String part;
    private final transient Object limit;
    private final transient Object value;

    /// @param part the tensor, the key or the file that is wrong; empty for all of it
    /// @param limit what would have been right; null if no value says that
    /// @param value what was found; null if no value says that
    /// @param message goes on after the part's name, as in "must be finite"
    public InvalidAdapterException(String part, Object limit, Object value, String message) {
        super((part.isEmpty() ? "the adapter" : part) + " " + message);
        this.part = part;
        this.limit = limit;
        this.value = value;
    }

    public String part() {
        return part;
    }

    public Object limit() {
        return limit;
    }

    public Object value() {
        return value;
    }
}
