package dev.icmlora.engine.request;

/// A computation failed in native code, for no reason that the request could have avoided. The cause says which call.
public final class ComputationFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean fatal;

    /// @param fatal whether it would have failed with other input too, as with a GPU that is lost
    public ComputationFailedException(RuntimeException cause, boolean fatal) {
        super(cause.getMessage(), cause);
        this.fatal = fatal;
    }

    /// Whether it would have failed with other input too: another process can compute it.
    public boolean isFatal() {
        return fatal;
    }
}
