package dev.icmlora.engine.request;

/// The engine stops and takes no more work.
public final class EngineClosedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineClosedException() {
        super("The engine is closed", null, false, false);
    }
}
