package dev.icmlora.function.observe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import jakarta.inject.Singleton;

/// Keeps the spans that the function exports.
@Singleton
public final class SpanLog implements SpanExporter {

    private final List<SpanData> spans = new ArrayList<>();

    @Override
    public synchronized CompletableResultCode export(Collection<SpanData> exported) {
        spans.addAll(exported);
        notifyAll();
        return CompletableResultCode.ofSuccess();
    }

    /// The spans of a trace, once there are this many: a server's span ends after its client has the answer.
    public synchronized List<SpanData> await(String traceId, int count) throws InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (var found = of(traceId); ; found = of(traceId)) {
            var left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (found.size() >= count || left <= 0) {
                return found;
            }
            wait(left);
        }
    }

    private List<SpanData> of(String traceId) {
        return spans.stream().filter(span -> span.getTraceId().equals(traceId)).toList();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
