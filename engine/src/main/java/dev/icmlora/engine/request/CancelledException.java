package dev.icmlora.engine.request;

/// No client waits for the work any more, so it was given up. That is no fault, so there is no stack trace.
public final class CancelledException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("The work was cancelled", null, false, false);
    }
}
