package dev.icmlora.function.trace;

import java.util.function.Supplier;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.StatusCode;

/// Spans of a request's phases, below the span of its HTTP request. Without an OpenTelemetry SDK they cost
/// nothing.
public final class Traces {

    private static final String SCOPE = "dev.icmlora";

    private Traces() {}

    /// Does the work within a span. A failure marks the span by its kind alone: its message may hold a
    /// client's text.
    public static <T> T span(String name, Supplier<T> work) {
        var span = GlobalOpenTelemetry.getTracer(SCOPE).spanBuilder(name).startSpan();
        try (var _ = span.makeCurrent()) {
            return work.get();
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
            throw e;
        } finally {
            span.end();
        }
    }
}
