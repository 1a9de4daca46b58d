package dev.icmlora.function.error;

/// There is no place to keep functions or jobs in: 403.
public final class FunctionsOffException extends RequestException {

    private static final long serialVersionUID = 1L;

    public FunctionsOffException() {
        this("Functions");
    }

    private FunctionsOffException(String what) {
        super(what + " cannot be kept here: neither icm-lora.storage.bucket (ICM_LORA_STORAGE_BUCKET) nor "
                + "icm-lora.adapters.dir (ICM_LORA_ADAPTERS_DIR) names a place for them");
    }

    /// There is no place to keep jobs in.
    public static FunctionsOffException ofJobs() {
        return new FunctionsOffException("Jobs");
    }

    @Override
    public Problem problem() {
        return problem("functions-off", "There is no place to keep it", 403);
    }
}
