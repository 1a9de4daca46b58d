package dev.icmlora.function.error;

/// The caller has no job of this id: 404.
public final class UnknownJobException extends RequestException {

    private static final long serialVersionUID = 1L;

    public UnknownJobException(String id) {
        super("There is no job " + id + "; it was never submitted, or was deleted");
    }

    @Override
    public Problem problem() {
        return problem("unknown-job", "The job is not known", 404);
    }
}
