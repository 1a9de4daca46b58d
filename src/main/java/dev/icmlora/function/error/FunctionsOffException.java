package dev.icmlora.function.error;

/// There is no place to keep functions in: 403.
public final class FunctionsOffException extends RequestException {

    private static final long serialVersionUID = 1L;

    public FunctionsOffException() {
        super("Functions cannot be kept here: neither icm-lora.storage.bucket (ICM_LORA_STORAGE_BUCKET) nor "
                + "icm-lora.adapters.dir (ICM_LORA_ADAPTERS_DIR) names a place for them");
    }

    @Override
    public Problem problem() {
        return problem("functions-off", "Functions cannot be kept", 403);
    }
}
