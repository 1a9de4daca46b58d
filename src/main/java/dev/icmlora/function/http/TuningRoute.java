package dev.icmlora.function.http;

import io.vertx.ext.web.ParsedHeaderValue;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;

/// Leads `POST /adapter` past Funqy to [TuningResource] where the client would rather have a stream of events.
final class TuningRoute {

    /// Where no request gets to by itself.
    static final String TARGET = "/adapter/events";

    private static final String FUNCTION = "/adapter";

    private TuningRoute() {}

    /// What comes next for a request that the rules admit.
    static void next(RoutingContext context) {
        if (context.normalizedPath().equals(FUNCTION) && prefersEvents(context)) {
            context.put(TARGET, true);
            context.reroute(TARGET);
        } else if (context.normalizedPath().equals(TARGET) && context.get(TARGET) == null) {
            context.fail(404);
        } else {
            context.next();
        }
    }

    /// What a client accepts comes sorted, the best first.
    private static boolean prefersEvents(RoutingContext context) {
        return context.parsedHeaders().accept().stream()
                .findFirst()
                .map(ParsedHeaderValue::value)
                .filter(MediaType.SERVER_SENT_EVENTS::equalsIgnoreCase)
                .isPresent();
    }
}
