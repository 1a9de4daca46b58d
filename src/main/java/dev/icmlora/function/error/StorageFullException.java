package dev.icmlora.function.error;

/// The folder for adapters takes no other one: 507.
public final class StorageFullException extends RequestException {

    private static final long serialVersionUID = 1L;

    public StorageFullException(long limit) {
        super("The folder for adapters is full of uploads and sums: its limit is " + limit + " bytes");
    }

    /// @param reason as the file system gives it
    public StorageFullException(String reason) {
        super("The folder for adapters cannot be written: " + reason);
    }

    @Override
    public Problem problem() {
        return problem("storage-full", "There is no room for another adapter", 507);
    }
}
