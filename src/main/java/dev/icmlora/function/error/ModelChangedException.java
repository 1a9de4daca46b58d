package dev.icmlora.function.error;

/// Somebody wrote into the base model's file, which the process maps, so that no answer can be trusted: 503.
public final class ModelChangedException extends RequestException {

    private static final long serialVersionUID = 1L;

    public ModelChangedException() {
        super("The base model's file was changed while it is in use; the function must be started again");
    }

    @Override
    public Problem problem() {
        return problem("model-changed", "The base model was changed", 503);
    }
}
