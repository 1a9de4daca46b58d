package dev.icmlora.function.http;

import java.util.concurrent.atomic.AtomicBoolean;

import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;

/// The end of a request: its answer is sent, or its client has left.
public final class RequestEnd {

    private final RoutingContext request;
    /// On which the request ends, so that it does not end between a question and a handler.
    private final Context eventLoop;

    private RequestEnd(RoutingContext request, Context eventLoop) {
        this.request = request;
        this.eventLoop = eventLoop;
    }

    /// Called by a thread that serves the request.
    public static RequestEnd of(RoutingContext request) {
        return new RequestEnd(request, request.vertx().getOrCreateContext());
    }

    /// Does something once, on the event loop: when the request ends, or soon if it has ended already. Any thread may
    /// call this.
    public void then(Runnable action) {
        var done = new AtomicBoolean();
        eventLoop.runOnContext(_ -> {
            if (request.response().ended() || request.response().closed()) {
                action.run();
            } else {
                request.addEndHandler(_ -> {
                    if (done.compareAndSet(false, true)) {
                        action.run();
                    }
                });
            }
        });
    }
}
