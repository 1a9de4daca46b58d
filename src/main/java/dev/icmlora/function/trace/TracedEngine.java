package dev.icmlora.function.trace;

import java.util.function.Supplier;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;

import dev.icmlora.engine.request.EngineObserver;

/// A span for each phase that the engine spends on a request, below the span that the request's thread is in.
/// Without an OpenTelemetry SDK they cost nothing.
public final class TracedEngine implements EngineObserver {

    private static final String SCOPE = "dev.icmlora";

    @Override
    public Observed request() {
        return new Traced(Context.current());
    }

    private record Traced(Context parent) implements Observed {

        /// A failure marks the span by its kind alone: its message may hold a client's text.
        @Override
        public <T> T phase(String name, Supplier<T> work) {
            var span = GlobalOpenTelemetry.getTracer(SCOPE)
                    .spanBuilder(name)
                    .setParent(parent)
                    .startSpan();
            try (var _ = parent.with(span).makeCurrent()) {
                return work.get();
            } catch (RuntimeException e) {
                span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
                throw e;
            } finally {
                span.end();
            }
        }
    }
}
