package dev.icmlora.generator.adapter;

/// An adapter that cannot be read, or not be served.
public final class InvalidAdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What would make an adapter fit.
    public enum Remedy {
        NONE,
        /// A resident adapter that changes more modules.
        MORE_MODULES,
        /// A resident adapter of a higher rank.
        HIGHER_RANK
    }

    private final String part;
    private final transient Object limit;
    private final transient Object value;
    private final Remedy remedy;

    /// @param part the tensor, the key or the file that is wrong; empty for all of it
    /// @param limit what would have been right; null if no value says that
    /// @param value what was found; null if no value says that
    /// @param message goes on after the part's name, as in "must be finite"
    public InvalidAdapterException(String part, Object limit, Object value, String message) {
        this(part, limit, value, message, Remedy.NONE);
    }

    /// @param remedy against it
    InvalidAdapterException(String part, Object limit, Object value, String message, Remedy remedy) {
        super((part.isEmpty() ? "the adapter" : part) + " " + message);
        this.part = part;
        this.limit = limit;
        this.value = value;
        this.remedy = remedy;
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

    public Remedy remedy() {
        return remedy;
    }
}
