package dev.icmlora.function.http;

import java.util.UUID;
import java.util.regex.Pattern;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Origins;
import dev.icmlora.function.service.RequestMeter;

/// The steps that every HTTP request goes through before a function or resource answers it, in this order.
/// [Connections] bounds connections and heads before. Each step may answer the request itself.
@Singleton
final class Pipeline {

    private static final int FIRST = 1000;
    /// Quarkus' own filter for CORS answers what a browser asks beforehand, which brings no key.
    private static final int AFTER_CORS = SecurityHandlerPriorities.CORS - 1;
    /// Behind all filters of Quarkus.
    private static final int LAST = 1;
    private static final String REQUEST_ID = "X-Request-Id";
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /// The filter of the highest priority is the first.
    static void register(
            @Observes Filters filters,
            Connections connections,
            Origins origins,
            Access access,
            RequestBodies bodies,
            HttpRules rules) {
        filters.register(connections::serve, FIRST);
        filters.register(Pipeline::name, FIRST - 1);
        filters.register(origins::admit, FIRST - 2);
        filters.register(access::guard, AFTER_CORS);
        filters.register(bodies::read, AFTER_CORS - 1);
        filters.register(rules::admit, LAST);
    }

    /// Keeps Quarkus from reading bodies before all of these, and answers what fails in any of them.
    static void register(@Observes Router router, HttpRules rules) {
        router.route().order(RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1).handler(RequestBodies::passQuarkus);
        router.route().order(RouteConstants.ROUTE_ORDER_BEFORE_DEFAULT).failureHandler(rules::fail);
    }

    /// Names the request by the client's `X-Request-Id`, or by a new one. The reply and the log carry it.
    private static void name(RoutingContext context) {
        var sent = context.request().getHeader(REQUEST_ID);
        var id = sent != null && HARMLESS.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
        MDC.put(RequestMeter.REQUEST_ID, id);
        context.response().putHeader(REQUEST_ID, id);
        context.next();
    }
}
