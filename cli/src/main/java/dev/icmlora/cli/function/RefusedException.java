package dev.icmlora.cli.function;

import java.io.IOException;
import java.util.Map;

/// The function refused a request, and the message says why.
final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<Integer, String> inputs;

    /// @param status of the reply
    /// @param inputs as in [#inputs]
    RefusedException(int status, String message, Map<Integer, String> inputs) {
        super(message);
        this.status = status;
        this.inputs = Map.copyOf(inputs);
    }

    int status() {
        return status;
    }

    /// What is wrong with each input that is to blame, by its place in the request; empty where anything else
    /// is.
    Map<Integer, String> inputs() {
        return inputs;
    }
}
