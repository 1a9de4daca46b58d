package dev.icmlora.function.error;

/// The folder for adapters has no room for another one: 507.
public final class StorageFullException extends RequestException {

    private static final long serialVersionUID = 1L;

    public StorageFullException(long limit) {
        super("The folder for adapters is full of uploads and sums: its limit is " + limit + " bytes");
    }

    @Override
    public Problem problem() {
        return problem("storage-full", "There is no room for another adapter", 507);
    }
}
