package dev.icmlora.engine.request;

/// A computation failed in native code, for no reason that the request could have avoided. The cause says which call.
public final class ComputationFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ComputationFailedException(RuntimeException cause) {
        super(cause.getMessage(), cause);
    }
}
