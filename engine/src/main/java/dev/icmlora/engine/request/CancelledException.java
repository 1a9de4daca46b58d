package dev.icmlora.engine.request;

/// Nobody waits for the work any more, so it was given up. No fault of anybody's, so there is no stack trace.
public final class CancelledException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("The work was cancelled", null, false, false);
    }
}
