package dev.icmlora.engine.request;

/// What was given cannot be computed with, as whoever gave it could have known.
public final class UnusableInputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String part;
    private final transient Object limit;
    private final transient Object value;

    /// @param part of the request, as a path such as `scale` or `messages/2`
    /// @param limit what would have been right; null where no number or name says it
    /// @param value what was given
    public UnusableInputException(String part, Object limit, Object value, String message) {
        super(message, null, false, false);
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
