package dev.icmlora.cli.function;

import java.net.ConnectException;

import dev.icmlora.client.IcmLoraException;

/// Words for a request that failed.
public final class FailedRequest {
    private FailedRequest() {}

    /// One line: what the function refused and why, or that it cannot be reached.
    public static String message(IcmLoraException failure) {
        if (failure.status() < 400) {
            String hint = failure.getCause() instanceof ConnectException ? ": is the function running? (make run)" : "";
            return failure.getMessage() + hint;
        }
        String reason = failure.detail().isEmpty() ? failure.title() : failure.detail();
        return "the function refused (" + failure.status() + "): " + reason;
    }
}
