package dev.icmlora.function.error;

/// The body is of another media type than JSON: 415.
public final class NotJsonException extends RequestException {

    private static final long serialVersionUID = 1L;

    private final String contentType;

    /// @param contentType that the body was sent with; null if with none
    public NotJsonException(String contentType) {
        super("Send the body with Content-Type: application/json");
        this.contentType = contentType;
    }

    @Override
    public Problem problem() {
        return Problems.of(415, new Violation("", "application/json", contentType, getMessage()));
    }
}
