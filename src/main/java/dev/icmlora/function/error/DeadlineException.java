package dev.icmlora.function.error;

import java.time.Duration;

/// The request took longer than it may: 504.
public final class DeadlineException extends RequestException {

    private static final long serialVersionUID = 1L;

    public DeadlineException(Duration limit) {
        super("The request was not answered within " + limit.toMillis() + " ms, which is the limit");
    }

    @Override
    public Problem problem() {
        return problem("deadline", "The request took too long", 504);
    }
}
