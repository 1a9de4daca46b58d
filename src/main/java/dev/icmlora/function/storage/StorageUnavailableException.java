package dev.icmlora.function.storage;

/// The store did not answer, or asked to come back later.
public final class StorageUnavailableException extends StorageException {

    private static final long serialVersionUID = 1L;

    public StorageUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
