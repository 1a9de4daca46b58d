package dev.icmlora.function.error;

/// Too many requests wait: 429.
public final class QueueFullException extends RequestException {

    private static final long serialVersionUID = 1L;

    public QueueFullException(int capacity) {
        this(capacity + " requests are at work or wait already, which is the limit");
    }

    private QueueFullException(String message) {
        super(message);
    }

    /// The same of what one caller may have.
    public QueueFullException ofOneCaller() {
        return new QueueFullException(getMessage() + " for one caller");
    }

    /// Too many tasks are being tuned.
    public static QueueFullException ofTunings(int limit) {
        return new QueueFullException(limit + " tasks are being tuned already, which is the limit");
    }

    /// Too many adapters are brought or added up.
    public static QueueFullException ofFiles(int limit) {
        return new QueueFullException(limit + " adapters are brought or added up already, which is the limit");
    }

    /// Too much of bodies.
    public static QueueFullException ofBodies(int limit) {
        return new QueueFullException(limit + " bytes of bodies are at work already, which is the limit");
    }

    /// Too many jobs of a tenant are open.
    public static QueueFullException ofJobs(int limit) {
        return new QueueFullException(limit + " jobs are open already, which is the limit");
    }

    /// Too many large replies are being sent.
    public static QueueFullException ofDownloads(int limit) {
        return new QueueFullException(limit + " downloads are on their way already, which is the limit");
    }

    @Override
    public Problem problem() {
        return problem("queue-full", "The function is busy", 429);
    }
}
