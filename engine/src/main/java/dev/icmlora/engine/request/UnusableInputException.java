package dev.icmlora.engine.request;

/// Says which part of a request's input cannot be computed with.
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

    /// The same, where a request says this part by another field.
    public UnusableInputException saidBy(String other) {
        return new UnusableInputException(other, limit, value, getMessage());
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
