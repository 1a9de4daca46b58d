package dev.icmlora.function.error;

/// No adapter of this id is known here: 404.
public final class UnknownAdapterException extends RequestException {

    private static final long serialVersionUID = 1L;

    public UnknownAdapterException(String id) {
        super("No adapter " + id + " is known here; it was never made on this instance, or made room for others");
    }

    @Override
    public Problem problem() {
        return problem("unknown-adapter", "The adapter is not known", 404);
    }
}
