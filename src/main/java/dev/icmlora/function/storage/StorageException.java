package dev.icmlora.function.storage;

/// A store did not do what it was asked.
public abstract sealed class StorageException extends RuntimeException
        permits ConditionFailedException, ObjectGoneException, StorageRefusedException, StorageUnavailableException {

    private static final long serialVersionUID = 1L;

    StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
