package dev.icmlora.function.trace;

import java.util.function.Supplier;

import io.opentelemetry.context.Context;

import dev.icmlora.engine.request.EngineObserver;

/// A span for each phase that the engine spends on a request, below the span that the request's thread is in.
public final class TracedEngine implements EngineObserver {

    @Override
    public Observed request() {
        return new Traced(Context.current());
    }

    private record Traced(Context parent) implements Observed {

        @Override
        public <T> T phase(String name, Supplier<T> work) {
            try (var _ = parent.makeCurrent()) {
                return Traces.span(name, work);
            }
        }
    }
}
