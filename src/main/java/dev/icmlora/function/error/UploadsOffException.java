package dev.icmlora.function.error;

/// Clients may not bring adapters: 403.
public final class UploadsOffException extends RequestException {

    private static final long serialVersionUID = 1L;

    public UploadsOffException() {
        super("Adapters cannot be uploaded here: icm-lora.adapters.upload (ICM_LORA_ADAPTERS_UPLOAD) is false");
    }

    @Override
    public Problem problem() {
        return problem("uploads-off", "Uploads are off", 403);
    }
}
