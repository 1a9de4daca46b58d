package dev.icmlora.function.storage;

/// The store says no, and would say so again: no such bucket, no permission, a name that it cannot hold.
public final class StorageRefusedException extends StorageException {

    private static final long serialVersionUID = 1L;

    StorageRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
