package dev.icmlora.function.storage;

/// The store refuses a request, and would refuse it again: no such bucket, no permission, an impossible name.
public final class StorageRefusedException extends StorageException {

    private static final long serialVersionUID = 1L;

    public StorageRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
