package dev.icmlora.function.storage;

/// A store did not do what it was asked.
public abstract sealed class StorageException extends RuntimeException
        permits ConditionFailedException, ObjectGoneException, StorageRefusedException, StorageUnavailableException {

    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /// What the HTTP status of a provider's answer means.
    ///
    /// @param what was tried
    /// @param status 0 or less if there was no answer
    public static StorageException ofStatus(int status, String what, String key, Exception cause) {
        var message = "cannot %s %s: %s".formatted(what, key, cause.getMessage());
        return switch (status) {
            case 412 -> new ConditionFailedException(key);
            // Two writes met, a request took too long, too many came.
            case 408, 409, 425, 429 -> new StorageUnavailableException(message, cause);
            default ->
                status < 400 || status >= 500
                        ? new StorageUnavailableException(message, cause)
                        : new StorageRefusedException(message, cause);
        };
    }
}
