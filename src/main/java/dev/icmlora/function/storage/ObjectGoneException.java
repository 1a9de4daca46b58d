package dev.icmlora.function.storage;

/// The object, or the version of it that was asked for, is not there any more.
public final class ObjectGoneException extends StorageException {

    private static final long serialVersionUID = 1L;

    public ObjectGoneException(String key, String version) {
        super("version " + version + " of " + key + " is not there any more", null);
    }
}
