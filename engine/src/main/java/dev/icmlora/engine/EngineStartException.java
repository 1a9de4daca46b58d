package dev.icmlora.engine;

/// The engine cannot be loaded; the message is one sentence that says why and what to do.
public final class EngineStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineStartException(String message) {
        super(message);
    }
}
