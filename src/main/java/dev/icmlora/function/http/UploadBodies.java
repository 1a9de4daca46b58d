package dev.icmlora.function.http;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.UploadsOffException;

/// Reads the files that `PUT /adapters` brings. A route and no resource, because a file may be longer than any
/// other body: it has to be read, by a client that may send one, before Quarkus reads it with the limit of all
/// others.
@Singleton
final class UploadBodies {

    private static final int BEFORE_ALL_BODIES = RouteConstants.ROUTE_ORDER_BODY_HANDLER - 1;
    private static final String READ = UploadBodies.class.getName();

    private final FunctionConfig.Adapters config;
    private final Access access;
    private final FilePlaces places;
    private final SlowBodies slow;
    private final Problems problems;

    UploadBodies(FunctionConfig config, Access access, FilePlaces places, SlowBodies slow, Problems problems) {
        this.config = config.adapters();
        this.access = access;
        this.places = places;
        this.slow = slow;
        this.problems = problems;
    }

    void register(@Observes Router router) {
        var longBody = BodyHandler.create(false).setBodyLimit(config.maxBytes().asLongValue());
        router.put("/adapters")
                .order(BEFORE_ALL_BODIES)
                .handler(context -> access.admit(context, () -> read(context, longBody)))
                .handler(UploadBodies::passTheLimit)
                .failureHandler(this::fail);
    }

    private void read(RoutingContext context, BodyHandler longBody) {
        try {
            access.require(context, Role.UPLOAD);
            if (!config.upload()) {
                throw new UploadsOffException();
            }
            places.take(access.payer(context), context);
        } catch (RequestException e) {
            problems.writeEarly(e.problem(), context);
            return;
        }
        slow.watch(context);
        // As `curl` says it of any file; the body would be taken for a form.
        context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
        longBody.handle(context);
    }

    /// The body is read and is not too long, whatever Quarkus would think of its length.
    private static void passTheLimit(RoutingContext context) {
        context.request().headers().remove(HttpHeaders.CONTENT_LENGTH);
        context.put(READ, true);
        context.next();
    }

    /// JAX-RS finds a resource by more forms of its path than a route has, such as `/adapters;a=b`.
    ///
    /// @throws NotFoundException if the request did not come through here
    static void requireRead(RoutingContext context) {
        if (context.get(READ) == null) {
            throw new NotFoundException();
        }
    }

    private void fail(RoutingContext context) {
        if (context.statusCode() == 413) {
            var sent = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
            problems.write(Problems.bodyTooLong(sent, config.maxBytes().asLongValue()), context);
        } else {
            context.next();
        }
    }
}
