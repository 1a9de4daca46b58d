package dev.icmlora.function.error;

import java.util.List;

/// A request that gets no answer, and why. The cause of none of these is a fault of the function, so none has a stack
/// trace.
public abstract sealed class RequestException extends RuntimeException
        permits InvalidRequestException,
                NotJsonException,
                UnknownAdapterException,
                UnknownModelException,
                UnknownFunctionException,
                UnknownJobException,
                JobStateException,
                UnauthorizedException,
                IssuerUnavailableException,
                MissingRoleException,
                RateLimitException,
                UploadsOffException,
                FunctionsOffException,
                StorageFullException,
                QueueFullException,
                DeadlineException,
                RedeliverException,
                ModelChangedException {

    private static final long serialVersionUID = 1L;

    RequestException(String message) {
        super(message, null, false, false);
    }

    /// What the client is told.
    public abstract Problem problem();

    final Problem problem(String kind, String title, int status) {
        return Problem.of(kind, title, status, getMessage(), List.of());
    }
}
