package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Origins;
import dev.icmlora.function.service.RequestId;

/// What every HTTP request goes through before a function or resource answers it, in this order. [Connections] bounds
/// connections and heads before, and each step may answer the request itself.
@Singleton
final class Pipeline {

    private static final int FIRST = 1000;
    /// Quarkus' own filter for CORS answers what a browser asks beforehand, which brings no key.
    private static final int AFTER_CORS = SecurityHandlerPriorities.CORS - 1;
    /// Behind all filters of Quarkus.
    private static final int LAST = 0;

    private final Backpressure backpressure;
    private final Origins origins;
    private final Access access;
    private final RequestBodies bodies;
    private final HttpRules rules;
    private final EventRoutes events;

    Pipeline(
            Backpressure backpressure,
            Origins origins,
            Access access,
            RequestBodies bodies,
            HttpRules rules,
            EventRoutes events) {
        this.backpressure = backpressure;
        this.origins = origins;
        this.access = access;
        this.bodies = bodies;
        this.rules = rules;
        this.events = events;
    }

    /// The filter of the highest priority is the first.
    void register(@Observes Filters filters) {
        filters.register(backpressure::look, FIRST);
        filters.register(RequestId::name, FIRST - 1);
        filters.register(origins::admit, FIRST - 2);
        filters.register(access::guard, AFTER_CORS);
        filters.register(bodies::read, AFTER_CORS - 1);
        filters.register(rules::admit, LAST + 1);
        filters.register(events::admit, LAST);
    }

    /// Keeps Quarkus from reading bodies before all of these, and answers what fails in any of them.
    void register(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1).handler(RequestBodies::passQuarkus);
        router.route().order(RouteConstants.ROUTE_ORDER_BEFORE_DEFAULT).failureHandler(rules::fail);
    }
}
