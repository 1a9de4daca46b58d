package dev.icmlora.function.error;

/// The folder for adapters takes no other one, or a caller has too many functions or jobs: 507.
public final class StorageFullException extends RequestException {

    private static final long serialVersionUID = 1L;
    private static final String NO_ADAPTER = "There is no room for another adapter";

    private final String title;

    private StorageFullException(String message, String title) {
        super(message);
        this.title = title;
    }

    public StorageFullException(long limit) {
        this("The folder for adapters is full of uploads and sums: its limit is " + limit + " bytes", NO_ADAPTER);
    }

    /// @param reason as the file system gives it
    public StorageFullException(String reason) {
        this("The folder for adapters cannot be written: " + reason, NO_ADAPTER);
    }

    /// @param limit for one caller, such as "3 versions"
    public static StorageFullException ofFunctions(String limit) {
        return new StorageFullException(
                "There is no room for another version of a function: the limit is %s. Delete some".formatted(limit),
                "There is no room for another function");
    }

    /// @param limit in bytes, for one caller
    public static StorageFullException ofJobs(long limit) {
        return new StorageFullException(
                "There is no room for another job and its results: the limit is %d bytes. Delete some".formatted(limit),
                "There is no room for another job");
    }

    @Override
    public Problem problem() {
        return problem("storage-full", title, 507);
    }
}
