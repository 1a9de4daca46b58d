package dev.icmlora.function.error;

/// The client left before its answer: 499, which nobody reads.
public final class CancelledException extends RequestException {

    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("The client closed the connection");
    }

    @Override
    public Problem problem() {
        return problem("cancelled", "The request was cancelled", 499);
    }
}
