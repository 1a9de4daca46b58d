package dev.icmlora.function.error;

import java.util.List;

/// The request breaks a rule that a client can know beforehand: 400.
public final class InvalidRequestException extends RequestException {

    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    public InvalidRequestException(List<Violation> violations) {
        super(violations.getFirst().message());
        this.violations = List.copyOf(violations);
    }

    public InvalidRequestException(Violation violation) {
        this(List.of(violation));
    }

    @Override
    public Problem problem() {
        return Problem.of("invalid-request", "The request is not valid", 400, getMessage(), violations);
    }
}
