package dev.icmlora.function.error;

import java.time.Duration;

/// The request took longer than it may: 504.
public final class DeadlineException extends RequestException {

    private static final long serialVersionUID = 1L;

    private final boolean mostlyWaited;

    /// @param waited for a place or for what others make, of all of the limit
    public DeadlineException(Duration limit, Duration waited) {
        super("The request was not answered within %d ms, which is the limit; %d ms of them it waited for others"
                .formatted(limit.toMillis(), waited.toMillis()));
        this.mostlyWaited = waited.compareTo(limit.dividedBy(2)) > 0;
    }

    /// Whether it was worked on for less than half of the time: they may be why, and not the request.
    public boolean hasMostlyWaited() {
        return mostlyWaited;
    }

    @Override
    public Problem problem() {
        return problem("deadline", "The request took too long", 504);
    }
}
