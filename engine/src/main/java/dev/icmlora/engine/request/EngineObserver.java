package dev.icmlora.engine.request;

import java.util.function.Supplier;

/// Watches requests on their way through the engine. Traces implement it; without an observer it is [#NONE].
@FunctionalInterface
public interface EngineObserver {

    EngineObserver NONE = () -> Observed.NOTHING;

    /// Called by the thread that a request belongs to, before its first phase.
    Observed request();

    /// One request. Its phases and the tokens are reported by the thread that does the work, one after the other.
    interface Observed {

        Observed NOTHING = new Observed() {
            @Override
            public <T> T phase(String name, Supplier<T> work) {
                return work.get();
            }
        };

        /// Does the work of a phase, and throws what it throws.
        <T> T phase(String name, Supplier<T> work);

        /// Counts tokens that were computed for the request.
        default void computed(int tokens) {}
    }
}
