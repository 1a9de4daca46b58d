package dev.icmlora.function.error;

/// An event that was not dealt with yet, and that its broker should deliver again: 503.
public final class RedeliverException extends RequestException {

    private static final long serialVersionUID = 1L;

    public RedeliverException(String reason) {
        super("Not done yet, deliver the event again: " + reason);
    }

    @Override
    public Problem problem() {
        return problem("not-done", "The event is not dealt with yet", 503);
    }
}
