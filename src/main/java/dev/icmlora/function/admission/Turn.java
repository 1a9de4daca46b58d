package dev.icmlora.function.admission;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.Cancellation;

/// The engine, for a request that was admitted or for a computation that requests wait for.
public record Turn(Admitted admitted, EngineSession session) {

    public Engine engine() {
        return session.engine();
    }

    /// Whose share it counts in.
    public String caller() {
        return admitted.caller();
    }

    public Cancellation cancellation() {
        return admitted.cancellation();
    }

    /// The engine for a computation that this one began.
    public Turn of(Admitted computation) {
        return new Turn(computation, session.with(computation.cancellation()));
    }
}
