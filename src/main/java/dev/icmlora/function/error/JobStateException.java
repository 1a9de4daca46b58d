package dev.icmlora.function.error;

/// A job is not in the state that this needs: 409.
public final class JobStateException extends RequestException {

    private static final long serialVersionUID = 1L;

    /// @param state that it is in
    /// @param needed what it would have to be
    public JobStateException(String id, String state, String needed) {
        super("The job %s is %s, and would have to be %s".formatted(id, state, needed));
    }

    @Override
    public Problem problem() {
        return problem("job-state", "The job is in another state", 409);
    }
}
