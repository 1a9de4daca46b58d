package dev.icmlora.function.error;

/// The function is stopping: 503.
public final class ShuttingDownException extends RequestException {

    private static final long serialVersionUID = 1L;

    public ShuttingDownException() {
        super("The function is shutting down");
    }

    @Override
    public Problem problem() {
        return problem("shutting-down", "The function is shutting down", 503);
    }
}
