package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/// A client that sends request after request over one connection and does not read the answers is not served on until
/// it does. Else its answers would pile up in memory.
@Singleton
final class Backpressure {

    /// Before anything else.
    private static final int FIRST = 1000;

    void register(@Observes Filters filters) {
        filters.register(Backpressure::waitForReader, FIRST);
    }

    private static void waitForReader(RoutingContext context) {
        var request = context.request();
        var response = context.response();
        if (!response.writeQueueFull()) {
            context.next();
            return;
        }
        request.pause();
        response.drainHandler(drained -> {
            response.drainHandler(null);
            request.resume();
            context.next();
        });
    }
}
