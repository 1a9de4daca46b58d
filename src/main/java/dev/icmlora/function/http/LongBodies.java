package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.CallerShare;
import dev.icmlora.function.admission.CallerPlaces;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.QueueFullException;

/// Looks at requests with long bodies before Quarkus reads them into memory, which it does before any filter: who sends
/// one must be let in, there are places for so many, and it must not come too slowly. Files of `PUT /adapters` have
/// [UploadBodies].
@Singleton
final class LongBodies {

    private static final int BEFORE_ALL_BODIES = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;
    /// In bytes. Shorter ones mostly come with the head, and an answer in their middle could be lost.
    private static final int SHORT = 64 << 10;
    private static final int PLACES = 128;

    private final Access access;
    private final CallerPlaces places;
    private final SlowBodies slow;
    private final Problems problems;

    LongBodies(CallerShare share, Access access, SlowBodies slow, Problems problems) {
        this.access = access;
        this.places = new CallerPlaces(PLACES, share::of, QueueFullException::ofBodies);
        this.slow = slow;
        this.problems = problems;
    }

    void register(@Observes Router router) {
        router.route().order(BEFORE_ALL_BODIES).handler(this::look);
    }

    private void look(RoutingContext context) {
        if (isLong(context.request()) && !isFile(context)) {
            access.admit(context, () -> take(context));
        } else {
            context.next();
        }
    }

    private void take(RoutingContext context) {
        try {
            var place = places.enter(access.payer(context));
            RequestEnd.of(context).then(place::close);
        } catch (QueueFullException e) {
            problems.writeEarly(e.problem(), context);
            return;
        }
        slow.watch(context);
        context.next();
    }

    private static boolean isFile(RoutingContext context) {
        return context.request().method() == HttpMethod.PUT
                && context.normalizedPath().equals("/adapters");
    }

    /// Or of a length that nobody knows.
    private static boolean isLong(HttpServerRequest request) {
        var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null
                ? request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                : !length.matches("\\d{1,9}") || Integer.parseInt(length) > SHORT;
    }
}
