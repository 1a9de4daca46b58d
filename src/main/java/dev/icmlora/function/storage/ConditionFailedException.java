package dev.icmlora.function.storage;

/// The condition of a write does not hold: another writer was first.
public final class ConditionFailedException extends StorageException {

    private static final long serialVersionUID = 1L;

    public ConditionFailedException(String key) {
        super("another writer has changed " + key, null);
    }
}
