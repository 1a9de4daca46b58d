package dev.icmlora.function.error;

import java.time.Duration;

/// The request took longer than it may: 504.
public final class DeadlineException extends RequestException {

    private static final long serialVersionUID = 1L;

    private final boolean begun;

    /// @param begun whether it was worked on; if not, the time went by in the queue
    public DeadlineException(Duration limit, boolean begun) {
        super("The request was not answered within " + limit.toMillis() + " ms, which is the limit"
                + (begun ? "" : "; all that time it waited in the queue"));
        this.begun = begun;
    }

    /// Whether the request was worked on: its own size, or the model's speed, may be why it took so long.
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public Problem problem() {
        return problem("deadline", "The request took too long", 504);
    }
}
